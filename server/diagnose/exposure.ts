import type { Pattern } from './diagnose.ts';
import type { RunFacts } from './runFacts.ts';

/**
 * How many runs could have shown a pattern: those that called the tool, for kinds about a call;
 * those that carried the prompt, for all others.
 */
export function exposureOf(runs: readonly RunFacts[]): (pattern: Pattern) => number {
  const callers = new Map<string, number>();
  const carriers = new Map<string, number>();
  for (const run of runs) {
    for (const tool of run.calls.keys()) callers.set(tool, (callers.get(tool) ?? 0) + 1);
    for (const file of new Set(run.prompts.map((link) => link.file))) {
      carriers.set(file, (carriers.get(file) ?? 0) + 1);
    }
  }
  return (pattern) => {
    const aboutCall =
      pattern.tool !== null && pattern.kind !== 'unknown-tool' && pattern.kind !== 'failed-outcome';
    return aboutCall ? (callers.get(pattern.tool) ?? 0) : (carriers.get(pattern.place.file) ?? 0);
  };
}
