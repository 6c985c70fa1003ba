import type { FailureKind } from '../model/failure.ts';
import type { AnchorStats } from '../model/finding.ts';
import type { Sources } from './place.ts';
import { isFailedRun, type RunFacts } from './runFacts.ts';

/** Counts for every prompt and every tool that some run carried or called, sorted by file and anchor. */
export function anchorStats(runs: readonly RunFacts[], sources: Sources): readonly AnchorStats[] {
  const stats = new Map<string, { -readonly [K in keyof AnchorStats]: AnchorStats[K] }>();
  const row = (file: string, anchorId: string, type: AnchorStats['type'], name: string) => {
    const key = `${file}\0${anchorId}`;
    let found = stats.get(key);
    if (found === undefined) {
      found = { file, anchorId, type, name, runs: 0, failedRuns: 0, calls: 0, errors: 0, invalid: 0 };
      stats.set(key, found);
    }
    return found;
  };
  for (const run of runs) {
    const failed = isFailedRun(run);
    for (const file of new Set(run.prompts.map((link) => link.file))) {
      const whole = sources.get(file)?.prompts[0]?.anchors[0];
      if (whole === undefined) continue;
      const prompt = row(file, whole.id, whole.type, whole.name);
      prompt.runs++;
      if (failed) prompt.failedRuns++;
    }
    for (const link of run.tools) {
      const calls = run.calls.get(link.name) ?? 0;
      if (link.file === null || link.anchorId === null || calls === 0) continue;
      const tool = row(link.file, link.anchorId, 'tool', link.name);
      tool.runs++;
      if (failed) tool.failedRuns++;
      tool.calls += calls;
      tool.errors += callsWith('tool-error', link.name, run);
      tool.invalid += callsWith('invalid-arguments', link.name, run);
    }
  }
  return [...stats.values()].sort((a, b) =>
    a.file === b.file ? compare(a.anchorId, b.anchorId) : compare(a.file, b.file),
  );
}

/** Calls, not failures: one call with three wrong arguments is one malformed call. */
function callsWith(kind: FailureKind, tool: string, run: RunFacts): number {
  const calls = run.failures
    .filter((failure) => failure.kind === kind && failure.tool === tool)
    .map((failure) => `${failure.message} ${failure.toolCallIndex} ${failure.toolCallId}`);
  return new Set(calls).size;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
