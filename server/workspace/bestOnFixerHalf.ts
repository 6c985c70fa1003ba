import type { SourceFile } from '../model/anchor.ts';
import { applyEdit, type Fix } from '../model/fix.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { ReportProgress } from '../ports/progress.ts';
import { failingHalves } from '../validate/planReplay.ts';
import { validateEdit } from '../validate/validateEdit.ts';
import type { MeteredClient } from './meteredClient.ts';
import { prepareEdit } from './replayEdit.ts';
import { type Evidence, toValidate } from './validation.ts';
import type { ProposeRequest } from './workspace.ts';
import type { WorkspaceHost } from './workspaceHost.ts';

/**
 * The candidate that repeats the failure least on the fixer's half, one answer each. It chooses and
 * proves nothing: the held-out half is not touched and no look is spent. Ties go to the model's order.
 */
export async function bestOnFixerHalf(
  fixes: readonly Fix[],
  source: SourceFile,
  evidence: Evidence,
  request: ProposeRequest & { readonly client: MeteredClient | null },
  host: WorkspaceHost,
  token: CancellationToken,
  report: ReportProgress,
): Promise<Fix> {
  const [only] = fixes;
  if (only === undefined) throw new Error('bestOnFixerHalf needs at least one candidate');
  if (fixes.length === 1) return only;
  const settings = { ...request.options, model: request.model };
  const { fixer } = failingHalves(evidence.list.candidates, { ...evidence, model: request.model }, settings);
  const half = { ...evidence, list: { ...evidence.list, candidates: fixer } };
  const links = new Map(
    evidence.runs.flatMap(({ run, links: found }) => (found === null ? [] : [[run.id, found] as const])),
  );
  let best = { fix: only, rate: Number.POSITIVE_INFINITY };
  for (const [position, fix] of fixes.entries()) {
    report({ what: 'comparing candidates', done: position, total: fixes.length });
    const edit = prepareEdit(source, applyEdit(source.text, fix.edit), links);
    const input = toValidate(
      edit,
      half,
      { ...request, options: { ...request.options, answers: 1, maxRequests: request.client?.left() ?? 0 } },
      host,
      false,
      [],
    );
    const unrecorded = { ...input, looks: { read: async () => [], add: async () => {} } };
    const verdict = await validateEdit(unrecorded, token, () => {});
    const rate = verdict.failing.newRate ?? Number.POSITIVE_INFINITY;
    if (rate < best.rate) best = { fix, rate };
  }
  return best.fix;
}
