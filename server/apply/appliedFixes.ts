import { z } from 'zod';
import { sha256 } from '../model/hash.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import { isoTime } from './isoTime.ts';
import { appendToLog, type LogContent, readLog, type StateLog } from './stateLog.ts';

const shape = z.object({
  id: z.string(),
  /** Null for an edit that a person wrote without a finding. */
  findingId: z.string().nullable(),
  file: z.string(),
  strategy: z.string().nullable(),
  author: z.enum(['rule', 'model', 'person']),
  verdict: z
    .object({
      result: z.enum(['accept', 'reject', 'inconclusive', 'not-validated']),
      method: z.enum(['replayed', 'estimated-surrogate', 'proved-static']),
      pValue: z.number().nullable(),
      breakRateUpperBound: z.number().nullable(),
      expectedDrop: z.object({ low: z.number(), mid: z.number(), high: z.number() }).nullable(),
      look: z.number(),
      model: z.string().nullable(),
      why: z.string(),
    })
    .nullable(),
  /** ISO 8601 in UTC. */
  appliedAt: z.string(),
  /** SHA-256 of the file's text before and after. */
  baseHash: z.string(),
  newHash: z.string(),
  diff: z.string(),
  /** Samples to replay again as regressions. */
  samples: z
    .array(z.object({ runId: z.string(), message: z.number(), block: z.enum(['failing', 'passing']) }))
    .default([]),
});

/** An edit that reached a workspace file, with what was known of it then. */
export type AppliedFix = z.infer<typeof shape>;

const log: StateLog<AppliedFix> = { name: 'applied-fixes.jsonl', shape };

export function readAppliedFixes(files: Files, folder: string): Promise<LogContent<AppliedFix>> {
  return readLog(files, folder, log);
}

/** Records an applied edit and returns it with its id and time. */
export async function recordAppliedFix(
  files: Files,
  folder: string,
  clock: Clock,
  fix: Omit<AppliedFix, 'id' | 'appliedAt'>,
): Promise<AppliedFix> {
  const appliedAt = isoTime(clock);
  const id = sha256([fix.file, fix.baseHash, fix.newHash, appliedAt].join('\n')).slice(0, 16);
  const entry = { id, appliedAt, ...fix };
  await appendToLog(files, folder, log, entry);
  return entry;
}

/** The part of a verdict worth keeping, and its samples' places without their texts. */
export function verdictSummary(verdict: Verdict): Pick<AppliedFix, 'verdict' | 'samples'> {
  const { result, method, pValue, breakRateUpperBound, expectedDrop, look, model, why } = verdict;
  return {
    verdict: {
      result,
      method,
      pValue,
      breakRateUpperBound,
      expectedDrop: expectedDrop === null ? null : { ...expectedDrop },
      look,
      model,
      why,
    },
    samples: verdict.samples.map(({ runId, message, block }) => ({ runId, message, block })),
  };
}
