import { z } from 'zod';
import type { Problem } from '../model/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import { isoTime } from './isoTime.ts';
import { appendToLog, readLog, type StateLog } from './stateLog.ts';

const shape = z.object({
  findingId: z.string(),
  /** False takes an earlier dismissal back. */
  dismissed: z.boolean(),
  reason: z.string(),
  at: z.string(),
});

type DismissalEvent = z.infer<typeof shape>;

export interface Dismissal {
  readonly reason: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

const log: StateLog<DismissalEvent> = { name: 'dismissals.jsonl', shape };

/** Findings that are hidden now, by id: the last word on each counts. */
export async function readDismissals(
  files: Files,
  folder: string,
): Promise<{ readonly dismissed: ReadonlyMap<string, Dismissal>; readonly problems: readonly Problem[] }> {
  const { entries, problems } = await readLog(files, folder, log);
  const dismissed = new Map<string, Dismissal>();
  for (const { findingId, dismissed: isHidden, reason, at } of entries) {
    if (isHidden) dismissed.set(findingId, { reason, at });
    else dismissed.delete(findingId);
  }
  return { dismissed, problems };
}

export function dismissFinding(
  files: Files,
  folder: string,
  clock: Clock,
  findingId: string,
  reason: string,
): Promise<void> {
  return appendToLog(files, folder, log, { findingId, dismissed: true, reason, at: isoTime(clock) });
}

export function undismissFinding(
  files: Files,
  folder: string,
  clock: Clock,
  findingId: string,
): Promise<void> {
  return appendToLog(files, folder, log, { findingId, dismissed: false, reason: '', at: isoTime(clock) });
}
