import { z } from 'zod';
import type { Problem } from '../model/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import { isoTime } from './isoTime.ts';
import { appendToLog, readLog, type StateLog } from './stateLog.ts';

const shape = z.object({
  runId: z.string(),
  /** Null takes an earlier mark back. */
  passed: z.boolean().nullable(),
  at: z.string(),
});

const log: StateLog<z.infer<typeof shape>> = { name: 'manual-outcomes.jsonl', shape };

/** Runs that a person marked, by run id: the last mark counts. It outranks what the trace recorded. */
export async function readManualOutcomes(
  files: Files,
  folder: string,
): Promise<{
  readonly outcomes: ReadonlyMap<string, { readonly passed: boolean; readonly at: string }>;
  readonly problems: readonly Problem[];
}> {
  const { entries, problems } = await readLog(files, folder, log);
  const outcomes = new Map<string, { readonly passed: boolean; readonly at: string }>();
  for (const { runId, passed, at } of entries) {
    if (passed === null) outcomes.delete(runId);
    else outcomes.set(runId, { passed, at });
  }
  return { outcomes, problems };
}

/** Marks a run passed or failed by hand; null takes the mark back. */
export function markOutcome(
  files: Files,
  folder: string,
  clock: Clock,
  runId: string,
  passed: boolean | null,
): Promise<void> {
  return appendToLog(files, folder, log, { runId, passed, at: isoTime(clock) });
}
