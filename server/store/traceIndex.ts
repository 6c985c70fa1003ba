import type { Failure } from '../model/failure.ts';
import type { Problem } from '../model/problem.ts';
import type { Run, ToolDefinition } from '../model/run.ts';

/**
 * The index of one workspace. Every method may be called at any time; writes take turns, reads run
 * beside them and see what was committed when they began. Texts of hashes are SHA-256 in hex.
 */
export interface Index {
  /**
   * Begins to replace what the index holds of a file. The writer keeps the only writing turn until
   * `commit` or `abort`: do not await another write of this index in between.
   */
  beginFile(file: TraceFile): Promise<FileWriter>;
  /** Forgets a file and all that came from it. False when the index does not hold it. */
  removeFile(name: string): Promise<boolean>;
  /** Sorted by name. */
  files(): Promise<readonly IndexedFile[]>;
  /** Drops messages, texts and tool definitions that no run refers to any more. */
  sweep(): Promise<void>;

  /** Counts over the named files, or over all; unknown names count nothing. */
  totals(files?: readonly string[]): Promise<Totals>;
  /** Equal to what was written; null when there is no such run. */
  run(id: string): Promise<Run | null>;
  /** Whole runs ordered by file, line and id, read in batches of bounded size. Unknown ids are left out. */
  runs(ids?: readonly string[]): AsyncIterable<Run>;
  /** Everything about runs but their texts, ordered by file, line and id. */
  runSummaries(): Promise<readonly RunSummary[]>;
  /** Ids equal to the text, else those ending with it, in the order of `runs`. */
  findRuns(idOrSuffix: string): Promise<readonly string[]>;
  /** A text that `RunSummary.prompts` names, or any other text stored by hash. */
  text(hash: string): Promise<string | null>;
  /** A list of offered tools that `RunSummary.toolSets` names. */
  toolSet(hash: string): Promise<readonly ToolDefinition[] | null>;

  /** Grows with every change of the runs; prepared answers of an older revision are stale. */
  revision(): Promise<number>;
  /** The key under which the stored failures were computed; null before the first analysis. */
  analysisKey(): Promise<string | null>;
  /** Runs without a stored analysis, in the order of `runs`. */
  unanalysedRuns(): Promise<readonly string[]>;
  /**
   * Replaces the failures of the given runs; an empty list says "analysed, healthy". A key other
   * than the stored one first drops all failures, as they answer another question. Unknown ids are ignored.
   */
  writeAnalysis(analysis: Analysis): Promise<void>;
  /** Failures by run id, for runs that have any, in the order of `runs` and as they were written. */
  failures(): Promise<ReadonlyMap<string, readonly Failure[]>>;
  /** A prepared answer by name; null when there is none. */
  getDocument(name: string): Promise<string | null>;
  /** Null as JSON removes the document. */
  putDocument(name: string, json: string | null): Promise<void>;

  /** Bytes on disk, the write-ahead log included; 0 in memory. */
  sizeBytes(): Promise<number>;
  /** Aborts an open writer, waits for readers and leaves one plain file behind. */
  close(): Promise<void>;
}

export interface TraceFile {
  /** As in `Run.file`: workspace-relative where inside, else absolute. Unique in the index. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  /**
   * Chosen by the caller and only compared by it: a content hash, the reader's version, what a
   * tailing reader needs to go on. Read back as the empty string when the file must be read again.
   */
  readonly fingerprint: string;
}

export interface IndexedFile extends TraceFile {
  readonly records: number;
  readonly recordsInRuns: number;
  readonly runs: number;
  /** Records by format. */
  readonly formats: Readonly<Record<string, number>>;
}

export interface FileWriter {
  /** `records`: how many of the file's records went into this run. */
  addRun(run: Run, records: number): Promise<AddRunResult>;
  /** `records`: how many records the problem took out; 0 when they are counted elsewhere. */
  addProblem(problem: Problem, records: number): void;
  addSkipped(reason: string, count: number): void;
  /** `formats`: records by format. */
  commit(formats: Readonly<Record<string, number>>): Promise<void>;
  /** Leaves the index as it was before `beginFile`. */
  abort(): Promise<void>;
}

export type AddRunResult =
  | { readonly ok: true }
  /** The id is taken; the records were counted as skipped with this reason. */
  | { readonly ok: false; readonly reason: 'duplicate-run'; readonly file: string };

/** The counts of the command line's `index`. */
export interface Totals {
  readonly files: number;
  readonly bytes: number;
  readonly records: number;
  readonly recordsInRuns: number;
  readonly runs: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly messages: number;
  readonly formats: Readonly<Record<string, number>>;
  /** By file and reason. */
  readonly skipped: readonly { readonly file: string; readonly reason: string; readonly count: number }[];
  /** By file and line, those of a whole file first. */
  readonly problems: readonly Problem[];
}

/** Everything of a run but its content. */
export type RunScalars = Omit<Run, 'messages' | 'modelCalls' | 'toolSets'>;

export interface RunSummary extends RunScalars {
  readonly messages: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
  /** Null when no call recorded the figure. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** System and developer messages in order, each by its text's hash. */
  readonly prompts: readonly { readonly message: number; readonly hash: string }[];
  /** Hashes of `Run.toolSets`, in that order. */
  readonly toolSets: readonly string[];
  /** Sorted by name. */
  readonly calledTools: readonly { readonly name: string; readonly calls: number }[];
}

export interface Analysis {
  readonly key: string;
  readonly failuresByRun: ReadonlyMap<string, readonly Failure[]>;
}
