import type { Failure } from '../model/failure.ts';
import type { PromptLink, ToolLink } from '../model/link.ts';

/** What diagnosis needs to know of one run: never its messages. */
export interface RunFacts {
  readonly runId: string;
  readonly startedAt: string | null;
  /** The recorded outcome; null where none is recorded. */
  readonly passed: boolean | null;
  readonly prompts: readonly PromptLink[];
  readonly tools: readonly ToolLink[];
  /** Tool name -> number of calls. */
  readonly calls: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
}

/** One failed run: its recorded outcome says so or, where none is recorded, a certain failure does. */
export function isFailedRun(facts: RunFacts): boolean {
  if (facts.passed !== null) return !facts.passed;
  return facts.failures.some((failure) => failure.certainty === 'certain');
}
