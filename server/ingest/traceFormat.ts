import type { Json } from '../model/json.ts';
import type { Problem, ProblemReason } from '../model/problem.ts';
import type { FormatId } from '../model/run.ts';
import type { ProblemEvent, RunEvent, SkippedEvent } from './events.ts';

/** One parsed JSON value of a file with the place where it begins. */
export interface TraceRecord {
  readonly value: Json;
  /** 0-based, in the uncompressed stream. */
  readonly line: number;
  readonly byte: number;
}

export type AssemblyEvent = RunEvent | SkippedEvent | ProblemEvent;

/**
 * Turns the records of one file into runs. Gets every record of the file, also those that its format
 * does not know, and must account for each: in a run, skipped with a reason, or a problem.
 */
export interface RunAssembler {
  add(record: TraceRecord): readonly AssemblyEvent[];
  /** Runs that could not be closed before the end of the file. */
  finish(): readonly AssemblyEvent[];
}

export interface AssemblerContext {
  /** `Run.file`. */
  readonly file: string;
}

/** One row of the catalogue. */
export interface TraceFormat {
  readonly id: FormatId;
  readonly title: string;
  /** True when the record has the keys that no earlier row of the decision list has. */
  readonly recognises: (record: Json) => boolean;
  readonly assembler: (context: AssemblerContext) => RunAssembler;
}

/** A record that is in no run. The detail names keys and types, never values. */
export function recordProblem(
  file: string,
  at: { readonly line: number; readonly byte: number },
  reason: ProblemReason,
  detail: string,
): ProblemEvent {
  return { type: 'problem', problem: { file, line: at.line, byte: at.byte, reason, detail }, records: 1 };
}

export function fileProblem(file: string, reason: ProblemReason, detail: string): ProblemEvent {
  const problem: Problem = { file, line: null, byte: null, reason, detail };
  return { type: 'problem', problem, records: 0 };
}

export function skipped(reason: string, count: number): SkippedEvent {
  return { type: 'skipped', reason, count };
}
