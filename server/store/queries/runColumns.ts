import type { FormatId } from '../../model/run.ts';
import type { RunScalars } from '../traceIndex.ts';

/** The scalar columns of a run, shared by the questions that read whole runs and summaries. */
export const RUN_COLUMNS = `r.run AS key, f.name AS file, r.line, r.id, coalesce(r.session, r.id) AS session,
  r.format, r.started_at AS "startedAt", r.duration_ms AS "durationMs", r.model, r.cost_usd AS "costUsd",
  r.passed, r.score, r.outcome_source AS "outcomeSource", r.notes`;

/** The order in which every list of runs comes. */
export const RUN_ORDER = 'f.name, r.line, r.id';

export interface RunRow {
  readonly key: number;
  readonly file: string;
  readonly line: number;
  readonly id: string;
  readonly session: string;
  readonly format: FormatId;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
  readonly model: string | null;
  readonly costUsd: number | null;
  readonly passed: boolean | null;
  readonly score: number | null;
  readonly outcomeSource: string | null;
  readonly notes: string | null;
}

export function runScalars(row: RunRow): RunScalars {
  return {
    id: row.id,
    session: row.session,
    file: row.file,
    line: row.line,
    format: row.format,
    startedAt: row.startedAt,
    durationMs: row.durationMs,
    model: row.model,
    costUsd: row.costUsd,
    outcome:
      row.passed === null ? null : { passed: row.passed, score: row.score, source: row.outcomeSource ?? '' },
    notes: row.notes === null ? [] : (JSON.parse(row.notes) as string[]),
  };
}
