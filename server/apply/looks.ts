import { z } from 'zod';
import type { Problem } from '../model/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import { isoTime } from './isoTime.ts';
import { appendToLog, readLog, type StateLog } from './stateLog.ts';

const shape = z.object({
  /** The finding's id, or the hash of the held-out set where there is no finding. */
  heldOut: z.string(),
  editHash: z.string(),
  /** ISO 8601 in UTC. */
  at: z.string(),
});

/** One reading of a held-out set by an edit. */
export type Look = z.infer<typeof shape>;

const log: StateLog<Look> = { name: 'looks.jsonl', shape };

export async function readLooks(
  files: Files,
  folder: string,
): Promise<{ readonly looks: readonly Look[]; readonly problems: readonly Problem[] }> {
  const { entries, problems } = await readLog(files, folder, log);
  return { looks: entries, problems };
}

/**
 * Which look at the held-out set this edit has or would have, from 1. An edit keeps the number of its
 * first reading: reading its cached answers again is no new look.
 */
export function lookNumber(looks: readonly Look[], heldOut: string, editHash: string): number {
  const edits = [...new Set(looks.filter((look) => look.heldOut === heldOut).map((look) => look.editHash))];
  const index = edits.indexOf(editHash);
  return (index < 0 ? edits.length : index) + 1;
}

/**
 * Writes the look down and returns its number. Call it before the new arm is read. The number is taken
 * from the file after writing, so that two windows at work on one finding get two different ones.
 */
export async function recordLook(
  files: Files,
  folder: string,
  clock: Clock,
  heldOut: string,
  editHash: string,
): Promise<number> {
  const before = await readLooks(files, folder);
  if (before.looks.some((look) => look.heldOut === heldOut && look.editHash === editHash)) {
    return lookNumber(before.looks, heldOut, editHash);
  }
  await appendToLog(files, folder, log, { heldOut, editHash, at: isoTime(clock) });
  return lookNumber((await readLooks(files, folder)).looks, heldOut, editHash);
}
