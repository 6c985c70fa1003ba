import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { LookBook } from '../validate/looks.ts';
import { isoTime } from './isoTime.ts';
import { appendToLog, readLog, type StateLog } from './stateLog.ts';

const shape = z.object({
  finding: z.string(),
  edit: z.string(),
  samples: z.array(z.string()),
  look: z.number(),
  /** ISO 8601 in UTC. */
  at: z.string(),
});

const log: StateLog<z.infer<typeof shape>> = { name: 'looks.jsonl', shape };

/** The record of looks in the state folder; what counts as a look is validation's to say. */
export function lookBook(files: Files, folder: string, clock: Clock): LookBook {
  return {
    read: async () => (await readLog(files, folder, log)).entries,
    add: (record) =>
      appendToLog(files, folder, log, { ...record, samples: [...record.samples], at: isoTime(clock) }),
  };
}
