import { minimalEdit } from '../apply/minimalEdit.ts';
import { recordRequests } from '../apply/spentRequests.ts';
import { applyPatch } from '../fix/applyPatch.ts';
import { unifiedDiff } from '../fix/diff.ts';
import { declaredNames } from '../fix/guardEvidence.ts';
import { checkGuards } from '../fix/guards.ts';
import { parsePatch } from '../fix/parsePatch.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { ReportProgress } from '../ports/progress.ts';
import { readSource } from '../source/readSource.ts';
import { isOfFinding } from './fixEvidence.ts';
import { type ProposalContext, refuse } from './proposalContext.ts';
import { type WithPurse, withPurse } from './purse.ts';
import { prepareEdit } from './replayEdit.ts';
import { noAnswerAtAll, validateText } from './validateText.ts';
import { gatherEvidence, type Subject } from './validation.ts';
import type { PatchReplay, Workspace } from './workspace.ts';

/** Validates an edit that a person wrote, given as a unified diff of one workspace file. */
export async function replayPatch(
  asked: Parameters<Workspace['replayPatch']>[0],
  context: ProposalContext,
  token: CancellationToken,
  report: ReportProgress,
): Promise<PatchReplay> {
  const request = await withPurse(asked, context.host);
  try {
    return await checkPatch(request, context, token, report);
  } finally {
    const { files, stateFolder, clock } = context.host;
    await recordRequests(files, stateFolder, clock, request.client?.spent().requests ?? 0);
  }
}

async function checkPatch(
  request: WithPurse<Parameters<Workspace['replayPatch']>[0]>,
  context: ProposalContext,
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
  const verdict = await validateText(
    source,
    newText,
    evidence,
    request,
    context.host,
    'person',
    warnings,
    token,
    report,
  );
  const unanswered = noAnswerAtAll(verdict);
  if (unanswered !== null) return unanswered;
  const diff = unifiedDiff(oldText, minimalEdit(file, oldText, newText));
  return { ok: true, file, oldText, newText, diff, verdict };
}
