import { recordAppliedFix, verdictSummary } from '../apply/appliedFixes.ts';
import { recordRequests } from '../apply/spentRequests.ts';
import { strategies } from '../fix/catalogue.ts';
import { unifiedDiff } from '../fix/diff.ts';
import type { FixContext } from '../fix/fixContext.ts';
import { proposeRewrites } from '../fix/rewriteDescription.ts';
import type { RuleResult } from '../fix/ruleResult.ts';
import type { SourceFile } from '../model/anchor.ts';
import type { Finding } from '../model/finding.ts';
import { applyEdit, type Fix } from '../model/fix.ts';
import { sha256 } from '../model/hash.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { ReportProgress } from '../ports/progress.ts';
import { failingHalves } from '../validate/planReplay.ts';
import { bestOnFixerHalf } from './bestOnFixerHalf.ts';
import { fixContext, isOfFinding, toolOfFinding } from './fixEvidence.ts';
import { type ProposalContext, type Refused, refuse } from './proposalContext.ts';
import { type WithPurse, withPurse } from './purse.ts';
import { recordedClient } from './recordedClient.ts';
import { replayEstimate } from './replayEstimate.ts';
import { replayPatch } from './replayPatch.ts';
import { replayRegressions } from './replayRegressions.ts';
import { noAnswerAtAll, validateText, withAuthorCost } from './validateText.ts';
import { type Evidence, gatherEvidence, type Subject } from './validation.ts';
import type { Proposal, ProposeRequest, Workspace } from './workspace.ts';
import type { WorkspaceHost } from './workspaceHost.ts';

type Accepted = Extract<Proposal, { ok: true }>;

/** The half of the workspace that makes edits and has them validated. */
export function proposals(
  context: ProposalContext,
): Pick<
  Workspace,
  'proposeFix' | 'estimateFix' | 'replayPatch' | 'replayRegressions' | 'lastProposal' | 'recordApplied'
> {
  const { host } = context;
  const made = new Map<string, Accepted>();

  const proposeFix: Workspace['proposeFix'] = async (asked, token, report) => {
    const request = await withPurse(asked, host);
    try {
      return await propose(request, token, report);
    } finally {
      // Also when it was cancelled: what was sent counts.
      await recordRequests(host.files, host.stateFolder, host.clock, request.client?.spent().requests ?? 0);
    }
  };

  const propose = async (
    request: WithPurse<ProposeRequest>,
    token: CancellationToken,
    report: ReportProgress,
  ): Promise<Proposal> => {
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
    const { fix } = written;
    const authored = request.client?.spent() ?? null;
    const newText = applyEdit(source.text, fix.edit);
    const replayed = await validateText(
      source,
      newText,
      evidence,
      request,
      host,
      'generated',
      [],
      token,
      report,
    );
    const unanswered = noAnswerAtAll(replayed);
    if (unanswered !== null) return unanswered;
    const verdict = withAuthorCost(replayed, authored);
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
    replayRegressions: (request, token, report) => replayRegressions(request, context, token, report),
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

async function subjectOf(findingId: string, context: ProposalContext) {
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
}

function ruleFix(result: RuleResult): Written | Refused {
  return result.ok ? { ok: true, fix: result.fix } : refuse('no-fix-applies', result.why);
}

/** Several candidates are compared on the fixer's half; one alone meets the held-out half. */
async function modelFix(
  view: FixContext,
  evidence: Evidence,
  request: WithPurse<ProposeRequest>,
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
  const writer = recordedClient(request.client, host.answers());
  const answer = await proposeRewrites({ ...view, model }, writer, token);
  if (!answer.ok) return refuse('model-failed', answer.detail);
  const fix = await bestOnFixerHalf(answer.fixes, view.source, evidence, request, host, token, report);
  return { ok: true, fix };
}
