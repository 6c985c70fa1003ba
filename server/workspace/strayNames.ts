import type { SourceFile } from '../model/anchor.ts';
import type { RunLinks } from '../model/link.ts';
import type { RunSummary } from '../store/traceIndex.ts';

/** Below this share the agent's tools are defined elsewhere, and no missing name tells anything. */
const COVERED = 0.95;
/** A name called more often than both is a tool that works, wherever it is defined. */
const RARE_SHARE = 0.02;
const RARE_CALLS = 5;

/** Names that no file defines, judged over all runs that recorded no offered tools. */
export interface StrayNames {
  /**
   * Whether a name may count as not offered.
   *
   * @param worked the call in question got a result that is no error: then a tool of that name
   *   exists unless this was its only call anywhere
   */
  isStray(name: string, worked: boolean): boolean;
  /** What the answers rest on, for the names called so far: equal keys, equal answers. */
  readonly key: string;
}

/**
 * A workspace that defines some of an agent's tools says nothing about the others. So the runs
 * without recorded offers are counted together: definitions must cover nearly all of their calls.
 */
export function strayNames(
  summaries: readonly RunSummary[],
  links: ReadonlyMap<string, RunLinks>,
  sources: ReadonlyMap<string, SourceFile>,
): StrayNames {
  const missing = new Map<string, number>();
  let total = 0;
  let found = 0;
  for (const summary of summaries) {
    if (summary.toolSets.length > 0) continue;
    const linked = new Set(
      links.get(summary.id)?.tools.flatMap(({ name, file }) => (file === null ? [] : [name])),
    );
    for (const { name, calls } of summary.calledTools) {
      total += calls;
      if (linked.has(name)) found += calls;
      else missing.set(name, (missing.get(name) ?? 0) + calls);
    }
  }
  if (total === 0 || found < COVERED * total) return { isStray: () => false, key: '' };
  const mostCalls = Math.max(RARE_CALLS, RARE_SHARE * total);
  const defined = new Set(
    [...sources.values()].flatMap(({ tools }) => tools.map(({ definition }) => definition.name)),
  );
  const isStray = (name: string, worked: boolean) => {
    const calls = missing.get(name) ?? 0;
    return !defined.has(name) && calls <= mostCalls && !(worked && calls > 1);
  };
  const answers = [...missing.keys()].sort().map((name) => [name, isStray(name, false), isStray(name, true)]);
  return { isStray, key: JSON.stringify(answers) };
}

/** Without an index to count over nothing is judged. */
export const noStrayNames: StrayNames = { isStray: () => false, key: '' };
