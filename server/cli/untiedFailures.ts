import { placesOf } from '../diagnose/place.ts';
import type { Blame, FailureKind } from '../model/failure.ts';
import type { PassResult } from '../workspace/workspace.ts';
import { count } from './words.ts';

export interface UntiedFailures {
  readonly kind: FailureKind;
  readonly blame: Blame;
  /** Runs that show at least one such failure. */
  readonly runs: number;
}

/** Failures that no finding can show, since nothing ties them to a file of the workspace; most runs first. */
export function untiedFailures(pass: PassResult): readonly UntiedFailures[] {
  const groups = new Map<string, { kind: FailureKind; blame: Blame; runs: Set<string> }>();
  for (const facts of pass.facts) {
    for (const failure of facts.failures) {
      if (placesOf(failure, facts, pass.sources).length > 0) continue;
      const { kind, blame } = failure;
      const group = groups.get(`${kind}\0${blame}`) ?? { kind, blame, runs: new Set<string>() };
      groups.set(`${kind}\0${blame}`, group);
      group.runs.add(facts.runId);
    }
  }
  return [...groups.values()]
    .map(({ kind, blame, runs }) => ({ kind, blame, runs: runs.size }))
    .sort((a, b) => b.runs - a.runs || compare(a.kind, b.kind) || compare(a.blame, b.blame));
}

/** One line; null when there are none. */
export function untiedText(groups: readonly UntiedFailures[]): string | null {
  if (groups.length === 0) return null;
  const parts = groups.map(
    ({ kind, blame, runs }) => `${kind} in ${count(runs, 'run')}${blame === 'unknown' ? '' : ` (${blame})`}`,
  );
  return `not tied to a file: ${parts.join(', ')}; "faultline runs" lists them`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
