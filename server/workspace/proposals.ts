import { recordAppliedFix, verdictSummary } from '../apply/appliedFixes.ts';
import { minimalEdit } from '../apply/minimalEdit.ts';
import { recordRequests, requestsToday } from '../apply/spentRequests.ts';
import { applyPatch } from '../fix/applyPatch.ts';
import { strategies } from '../fix/catalogue.ts';
import { unifiedDiff } from '../fix/diff.ts';
import type { FixContext } from '../fix/fixContext.ts';
import { declaredNames } from '../fix/guardEvidence.ts';
import { checkGuards } from '../fix/guards.ts';
import { parsePatch } from '../fix/parsePatch.ts';
import { proposeRewrites } from '../fix/rewriteDescription.ts';
import type { SourceFile } from '../model/anchor.ts';
import type { Finding } from '../model/finding.ts';
import { applyEdit, type Fix } from '../model/fix.ts';
import { sha256 } from '../model/hash.ts';
import type { Verdict } from '../model/verdict.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { ReportProgress } from '../ports/progress.ts';
import { readSource } from '../source/readSource.ts';
import type { Index } from '../store/traceIndex.ts';
import { failingHalves } from '../validate/planReplay.ts';
import { validateEdit } from '../validate/validateEdit.ts';
import { type AuthorCost, bestOnFixerHalf } from './bestOnFixerHalf.ts';
import { fixContext, isOfFinding, toolOfFinding } from './fixEvidence.ts';
import { prepareEdit } from './replayEdit.ts';
import { replayEstimate } from './replayEstimate.ts';
import type { Snapshot } from './snapshot.ts';
import { type Evidence, gatherEvidence, type Subject, toValidate } from './validation.ts';
import type { PassResult, PatchReplay, Proposal, ProposeRequest, Workspace } from './workspace.ts';
import type { WorkspaceHost } from './workspaceHost.ts';

interface Context {
  readonly host: WorkspaceHost;
  readonly index: () => Promise<Index>;
  readonly last: () => PassResult | null;
  readonly snapshot: () => Snapshot | null;
}

type Accepted = Extract<Proposal, { ok: true }>;
type Refused = Extract<Proposal, { ok: false }>;

/** The half of the workspace that makes edits and has them validated. */
export function proposals(
  context: Context,
): Pick<Workspace, 'proposeFix' | 'estimateFix' | 'replayPatch' | 'lastProposal' | 'recordApplied'> {
  const { host } = context;
  const made = new Map<string, Accepted>();

  const proposeFix: Workspace['proposeFix'] = async (request, token, report) => {
    const found = await subjectOf(request.findingId, context);
    if (!found.ok) return found;
    const { finding, source, pass, subject } = found;
    const strategy = strategies.find(({ id }) => id === (request.strategy ?? finding.fixes[0]));
    if (strategy === undefined || !finding.fixes.includes(strategy.id)) {
      return refuse('no-fix-applies', whyNoFix(finding, request.strategy));
    }
    const index = await context.index();
    report({ what: 'reading recorded runs', done: 0, total: null });
    const evidence = await gatherEvidence(subject, pass, index, request.options.seed);
    const settings = { ...request.options, model: request.model };
    const halves = failingHalves(evidence.list.candidates, { ...evidence, model: request.model }, settings);
    const heldOut = new Set(halves.heldOut.map(({ run }) => run.session));
    const fixerView = await fixContext(finding, source, pass, index, heldOut);
    const written =
      strategy.author === 'rule'
        ? ruleFix(strategy.propose(fixerView))
        : await modelFix(fixerView, evidence, request, host, token, report);
    if (!written.ok) return written;
    const { fix, cost } = written;
    const newText = applyEdit(source.text, fix.edit);
    const replayed = await validate(source, newText, evidence, request, host, true, [], token, report);
    const unanswered = noAnswerAtAll(replayed);
    if (unanswered !== null) return unanswered;
    const verdict = withAuthorCost(replayed, cost);
    const diff = unifiedDiff(source.text, fix.edit);
    const proposal: Accepted = { ok: true, finding, fix, oldText: source.text, newText, diff, verdict };
    made.set(key(finding.id, fix.strategy), proposal);
    return proposal;
  };

  return {
    proposeFix,
    async estimateFix(request) {
      const found = await subjectOf(request.findingId, context);
      if (!found.ok) return null;
      const evidence = await gatherEvidence(
        found.subject,
        found.pass,
        await context.index(),
        request.options.seed,
      );
      return replayEstimate(evidence, request);
    },
    replayPatch: (request, token, report) => replayPatch(request, context, token, report),
    lastProposal(findingId, strategy) {
      return made.get(key(findingId, strategy)) ?? null;
    },
    async recordApplied({ finding, fix, oldText, newText, diff, verdict }) {
      await recordAppliedFix(host.files, host.stateFolder, host.clock, {
        findingId: finding.id,
        file: fix.edit.file,
        strategy: fix.strategy,
        author: fix.author,
        ...verdictSummary(verdict),
        baseHash: sha256(oldText),
        newHash: sha256(newText),
        diff,
      });
    },
  };
}

/** Why a finding has no fix, or not the one that was asked for. */
function whyNoFix(finding: Finding, strategy: string | null): string {
  if (finding.fixes.length > 0)
    return `There is no strategy ${strategy}; this finding offers: ${finding.fixes.join(', ')}.`;
  if (finding.onCurrentText === 0) {
    return "No run of this finding carried today's wording: the text was edited since. Record new runs to see whether it still happens.";
  }
  if (finding.tool === null || finding.anchor.type === 'prompt' || finding.anchor.type === 'section') {
    return 'Fixes are written for tool definitions only so far. Edit the prompt yourself and check the edit with "faultline replay --edit".';
  }
  return `Only ${finding.runsAffected} runs show it, too few to tell a rule from chance.`;
}

function key(findingId: string, strategy: string): string {
  return `${findingId} ${strategy}`;
}

function refuse(reason: Refused['reason'], detail: string): Refused {
  return { ok: false, reason, detail };
}

async function subjectOf(findingId: string, context: Context) {
  const pass = context.last();
  const finding = context.snapshot()?.findings.find(({ id }) => id === findingId);
  if (pass === null || finding === undefined) {
    return refuse('no-such-finding', `There is no finding ${findingId}; "faultline check" lists the ids.`);
  }
  const source = pass.sources.get(finding.file) as SourceFile;
  const now = await context.host.files.readText(`${context.host.root}/${finding.file}`);
  if (now === null || sha256(now) !== source.hash) {
    return refuse(
      'text-changed',
      `${finding.file} changed since the last pass. Save it, refresh, and try again.`,
    );
  }
  const subject: Subject = {
    source,
    tool: toolOfFinding(finding, source)?.definition.name ?? null,
    findingId,
    isPattern: (failure) => isOfFinding(failure, finding),
  };
  return { ok: true as const, finding, source, pass, subject };
}

interface Written {
  readonly ok: true;
  readonly fix: Fix;
  /** Null for a rule, which asks nobody. */
  readonly cost: AuthorCost | null;
}

function ruleFix(fix: Fix | null): Written | Refused {
  if (fix !== null) return { ok: true, fix, cost: null };
  return refuse(
    'no-fix-applies',
    'The recorded calls do not tell passing from failing clearly enough for a rule-written edit.',
  );
}

/** Several candidates are compared on the fixer's half; one alone meets the held-out half. */
async function modelFix(
  view: FixContext,
  evidence: Evidence,
  request: ProposeRequest,
  host: WorkspaceHost,
  token: CancellationToken,
  report: ReportProgress,
): Promise<Written | Refused> {
  const model = request.model ?? evidence.runs.find(({ run }) => run.model !== null)?.run.model ?? null;
  if (request.client === null || model === null) {
    const missing = request.client === null ? 'an endpoint' : 'a model name';
    return refuse('model-failed', `This strategy asks a model: configure ${missing} first.`);
  }
  report({ what: 'asking the model for candidates', done: 0, total: null });
  const answer = await proposeRewrites({ ...view, model }, request.client, token);
  await recordRequests(host.files, host.stateFolder, host.clock, answer.cost.requests);
  if (!answer.ok) return refuse('model-failed', answer.detail);
  const best = await bestOnFixerHalf(answer.fixes, view.source, evidence, request, host, token, report);
  await recordRequests(host.files, host.stateFolder, host.clock, best.cost.requests);
  const cost = {
    ...best.cost,
    requests: best.cost.requests + answer.cost.requests,
    tokensIn: best.cost.tokensIn + answer.cost.inputTokens,
    tokensOut: best.cost.tokensOut + answer.cost.outputTokens,
  };
  return { ok: true, fix: best.fix, cost };
}

/** An endpoint that never answered is a wrong request, not a verdict on the edit. */
function noAnswerAtAll({ samples }: Verdict): Refused | null {
  const answers = samples.flatMap(({ oldAnswers, newAnswers }) => [...oldAnswers, ...newAnswers]);
  if (answers.length === 0 || answers.some(({ grade }) => grade !== 'error')) return null;
  return refuse('model-failed', `The model endpoint gave no answer: ${answers[0]?.why ?? 'no reason given'}`);
}

/** A verdict says everything that was spent on it, the author's part too. */
function withAuthorCost(verdict: Verdict, spent: AuthorCost | null): Verdict {
  if (spent === null) return verdict;
  const { cost } = verdict;
  return {
    ...verdict,
    cost: {
      ...cost,
      requests: cost.requests + spent.requests,
      fromCache: cost.fromCache + spent.fromCache,
      tokensIn: cost.tokensIn + spent.tokensIn,
      tokensOut: cost.tokensOut + spent.tokensOut,
    },
    notes: [...verdict.notes, `${spent.requests} of the requests wrote and compared candidates`],
  };
}

async function validate(
  source: SourceFile,
  newText: string,
  evidence: Evidence,
  request: Pick<ProposeRequest, 'client' | 'model' | 'options'>,
  host: WorkspaceHost,
  isGenerated: boolean,
  notes: readonly string[],
  token: CancellationToken,
  report: ReportProgress,
): Promise<Verdict> {
  const pass = evidence.runs.map(({ run, links }) => [run.id, links] as const);
  const links = new Map(pass.flatMap(([id, value]) => (value === null ? [] : [[id, value] as const])));
  const edit = prepareEdit(source, newText, links);
  const left =
    request.options.maxRequestsPerDay - (await requestsToday(host.files, host.stateFolder, host.clock));
  const capped = {
    ...request.options,
    maxRequests: Math.max(0, Math.min(request.options.maxRequests, left)),
  };
  const input = toValidate(edit, evidence, { ...request, options: capped }, host, isGenerated, notes);
  const verdict = await validateEdit(input, token, ({ requestsDone, requestsTotal, tokensIn, tokensOut }) =>
    report({ what: `replaying, ${tokensIn + tokensOut} tokens`, done: requestsDone, total: requestsTotal }),
  );
  await recordRequests(host.files, host.stateFolder, host.clock, verdict.cost.requests);
  return isScripted(verdict.model)
    ? {
        ...verdict,
        notes: ['scripted model: a rule with seeded noise, not a language model', ...verdict.notes],
      }
    : verdict;
}

/** The sample's model names itself so; its scores must never be taken for a language model's. */
function isScripted(model: string | null): boolean {
  return model?.startsWith('scripted-') ?? false;
}

async function replayPatch(
  request: Parameters<Workspace['replayPatch']>[0],
  context: Context,
  token: CancellationToken,
  report: ReportProgress,
): Promise<PatchReplay> {
  const pass = context.last();
  if (pass === null) return refuse('no-such-finding', 'No pass has finished yet.');
  const patch = parsePatch(request.patch);
  if (!patch.ok) return refuse('patch-does-not-apply', patch.detail);
  const texts = new Map<string, string>();
  for (const { file } of patch.files) {
    const text = await context.host.files.readText(`${context.host.root}/${file}`);
    if (text !== null) texts.set(file, text);
  }
  const applied = applyPatch(patch.files, texts);
  if (!applied.ok) return refuse('patch-does-not-apply', applied.detail);
  const [first, ...more] = [...applied.texts];
  if (first === undefined) return refuse('patch-does-not-apply', 'The patch changes nothing.');
  if (more.length > 0)
    return refuse('patch-does-not-apply', 'A patch may change one file; split it and replay each.');
  const [file, newText] = first;
  const oldText = texts.get(file) ?? '';
  const source = readSource(file, oldText);
  if (source === null || !pass.sources.has(file)) {
    return refuse('not-a-source-file', `${file} is no prompt or tool-definition file of the workspace.`);
  }
  const after = readSource(file, newText);
  if (source.tools.length > 0 && (after?.tools.length ?? 0) === 0) {
    return refuse(
      'patch-does-not-apply',
      `The patch leaves no readable tool definition in ${file}: is it still valid JSON?`,
    );
  }
  const finding = context.snapshot()?.findings.find(({ id }) => id === request.findingId);
  if (request.findingId !== null && finding === undefined) {
    return refuse('no-such-finding', `There is no finding ${request.findingId}.`);
  }
  const edited = prepareEdit(source, newText, pass.links).definitions;
  const subject: Subject = {
    source,
    tool: edited.length === 1 ? (edited[0]?.before.name ?? null) : null,
    findingId: request.findingId,
    isPattern: (failure) => finding === undefined || isOfFinding(failure, finding),
  };
  const evidence = await gatherEvidence(subject, pass, await context.index(), request.options.seed);
  // A person's edit is never blocked: what a guard would say of a generated one is a note.
  const warnings = checkGuards({
    before: oldText,
    after: newText,
    failingTexts: [],
    otherTexts: [],
    names: {
      before: declaredNames(source.tools),
      after: declaredNames(after?.tools ?? []),
    },
    author: 'person',
  }).map(({ detail }) => `warning: ${detail}`);
  const verdict = await validate(
    source,
    newText,
    evidence,
    request,
    context.host,
    false,
    warnings,
    token,
    report,
  );
  const unanswered = noAnswerAtAll(verdict);
  if (unanswered !== null) return unanswered;
  const diff = unifiedDiff(oldText, minimalEdit(file, oldText, newText));
  return { ok: true, file, oldText, newText, diff, verdict };
}
