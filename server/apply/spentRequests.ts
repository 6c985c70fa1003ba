import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import { isoTime } from './isoTime.ts';
import { appendToLog, readLog, type StateLog } from './stateLog.ts';

const shape = z.object({ requests: z.number(), at: z.string() });
const log: StateLog<z.infer<typeof shape>> = { name: 'requests.jsonl', shape };

/** Requests that replays have sent today (UTC), for the cap of a day. */
export async function requestsToday(files: Files, folder: string, clock: Clock): Promise<number> {
  const today = isoTime(clock).slice(0, 10);
  const { entries } = await readLog(files, folder, log);
  return entries.filter(({ at }) => at.startsWith(today)).reduce((sum, { requests }) => sum + requests, 0);
}

export async function recordRequests(
  files: Files,
  folder: string,
  clock: Clock,
  requests: number,
): Promise<void> {
  if (requests > 0) await appendToLog(files, folder, log, { requests, at: isoTime(clock) });
}
