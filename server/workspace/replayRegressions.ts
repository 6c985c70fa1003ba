import { type AppliedFix, readAppliedFixes } from '../apply/appliedFixes.ts';
import { recordRequests } from '../apply/spentRequests.ts';
import { applyPatch } from '../fix/applyPatch.ts';
import { parsePatch } from '../fix/parsePatch.ts';
import { reversePatch } from '../fix/reversePatch.ts';
import type { Failure } from '../model/failure.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { ReportProgress } from '../ports/progress.ts';
import { readSource } from '../source/readSource.ts';
import { type ProposalContext, refuse } from './proposalContext.ts';
import { type WithPurse, withPurse } from './purse.ts';
import { prepareEdit } from './replayEdit.ts';
import { noAnswerAtAll, validateText } from './validateText.ts';
import { gatherEvidence } from './validation.ts';
import type { PassResult, RegressionReplay, RegressionRequest } from './workspace.ts';

/**
 * Replays the samples kept with every applied fix: the text as it was before the fix against today's.
 * It answers whether a fix still holds after whatever was edited since, and spends no look: nothing
 * new is chosen on these samples.
 */
export async function replayRegressions(
  asked: RegressionRequest,
  context: ProposalContext,
  token: CancellationToken,
  report: ReportProgress,
): Promise<readonly RegressionReplay[]> {
  const { host } = context;
  const request = await withPurse(asked, host);
  const { entries } = await readAppliedFixes(host.files, host.stateFolder);
  const results: RegressionReplay[] = [];
  try {
    for (const fix of entries) {
      const { id, file, findingId } = fix;
      results.push({ id, file, findingId, ...(await replayOne(fix, request, context, token, report)) });
    }
  } finally {
    await recordRequests(host.files, host.stateFolder, host.clock, request.client?.spent().requests ?? 0);
  }
  return results;
}

async function replayOne(
  fix: AppliedFix,
  request: WithPurse<RegressionRequest>,
  context: ProposalContext,
  token: CancellationToken,
  report: ReportProgress,
): Promise<Pick<Extract<RegressionReplay, { ok: true }>, 'ok' | 'verdict'> | ReturnType<typeof refuse>> {
  const { host } = context;
  const pass = context.last();
  const now = await host.files.readText(`${host.root}/${fix.file}`);
  if (pass === null || now === null) return refuse('not-a-source-file', `${fix.file} is gone.`);
  const patch = parsePatch(fix.diff);
  if (!patch.ok) return refuse('patch-does-not-apply', patch.detail);
  const reversed = applyPatch(patch.files.map(reversePatch), new Map([[fix.file, now]]));
  const before = reversed.ok ? reversed.texts.get(fix.file) : undefined;
  const source = before === undefined ? null : readSource(fix.file, before);
  if (source === null) {
    const detail = `The lines of the fix in ${fix.file} were edited since, so the text before it cannot be rebuilt.`;
    return refuse('patch-does-not-apply', detail);
  }
  const edited = prepareEdit(source, now, pass.links).definitions;
  const subject = {
    source,
    tool: edited.length === 1 ? (edited[0]?.before.name ?? null) : null,
    findingId: fix.findingId,
    isPattern: patternOf(fix, pass),
  };
  const evidence = await gatherEvidence(subject, pass, await context.index(), request.options.seed);
  const kept = new Set(fix.samples.map(({ runId, message, block }) => `${block} ${message} ${runId}`));
  const candidates = evidence.list.candidates.filter(({ run, decision, failure }) =>
    kept.has(`${failure === null ? 'passing' : 'failing'} ${decision} ${run.id}`),
  );
  // The kept samples stand for themselves: what they cover is all that is asked about.
  const affected = candidates.filter(({ failure }) => failure !== null).length;
  const half = { ...evidence, list: { ...evidence.list, candidates, affected } };
  const verdict = await validateText(source, now, half, request, host, 'regression', [], token, report);
  return noAnswerAtAll(verdict) ?? { ok: true, verdict };
}

/** The failures that the kept failing samples show, as the last pass found them. */
function patternOf(fix: AppliedFix, pass: PassResult): (failure: Failure) => boolean {
  const keyOf = ({ kind, tool, signature }: Failure) => `${kind} ${tool} ${signature}`;
  const wanted = new Set(
    fix.samples
      .filter(({ block }) => block === 'failing')
      .flatMap(({ runId, message }) =>
        (pass.failures.get(runId) ?? []).filter((failure) => failure.decision === message).map(keyOf),
      ),
  );
  return (failure) => wanted.has(keyOf(failure));
}
