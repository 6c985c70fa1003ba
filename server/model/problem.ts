/**
 * A record or file that could not be used, or only in part. Import goes on; the problem is kept
 * beside what was imported, so that nothing disappears without a word.
 */
export interface Problem {
  /** Workspace-relative where inside, else absolute. */
  readonly file: string;
  /** 0-based; null when the problem is the file itself. */
  readonly line: number | null;
  /** 0-based byte offset of the record in the uncompressed stream; null as above. */
  readonly byte: number | null;
  readonly reason: ProblemReason;
  /** One sentence for a person. Never the record's text in full. */
  readonly detail: string;
}

export type ProblemReason =
  | 'invalid-json'
  | 'unexpected-shape'
  | 'unknown-format'
  | 'record-too-large'
  | 'unreadable-file'
  | 'truncated-file'
  | 'unsupported-container';
