import type { AnchorType, TextRange } from './anchor.ts';
import type { Certainty, FailureKind } from './failure.ts';

export type Severity = 'hint' | 'information' | 'warning';

/** The ladder of evidence from a pattern to a line. */
export type EvidenceLevel = 'structural' | 'change-point' | 'related' | 'caused-by' | 'missing';

/** What a person sees on a line: one pattern of failures tied to one place. */
export interface Finding {
  /** Stable from run to run: derived from kind, file, anchor and signature, never from counts. */
  readonly id: string;
  readonly kind: FailureKind;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly file: string;
  /** UTF-16 offsets in the text whose hash is `fileHash`. */
  readonly range: TextRange;
  readonly fileHash: string;
  readonly anchor: { readonly type: AnchorType; readonly name: string; readonly id: string };
  readonly runsAffected: number;
  /** Runs that could have shown it: carried this text, called this tool. */
  readonly runsExposed: number;
  /** Affected runs on today's wording and on older ones; they sum to `runsAffected`. */
  readonly onCurrentText: number;
  readonly onOlderText: number;
  readonly evidenceLevel: EvidenceLevel;
  /** One sentence with counts: `21 of 61 runs: cancel_reservation failed, "Error: reservation not found"`. */
  readonly title: string;
  /** At most 40 characters, for the end of the line. */
  readonly hint: string;
  /** What went wrong, without counts. */
  readonly cause: string;
  readonly signature: string;
  readonly tool: string | null;
  readonly parameter: string | null;
  /** Up to 5, newest first, with the place in the run. */
  readonly examples: readonly FindingExample[];
  /** Every affected run once, in the order of the index. */
  readonly occurrences: readonly FindingExample[];
  /** Earliest and latest start of an affected run, ISO 8601; null when the traces carry no times. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  /** Ids of fix strategies that apply. */
  readonly fixes: readonly string[];
}

export interface FindingExample {
  readonly runId: string;
  readonly message: number;
  readonly toolCallId: string | null;
  readonly evidence: string;
}

/** Counts for one anchor, whether or not anything failed there. */
export interface AnchorStats {
  readonly file: string;
  readonly anchorId: string;
  readonly type: AnchorType;
  readonly name: string;
  /** Runs that carried the text (prompts, sections) or called the tool. */
  readonly runs: number;
  readonly failedRuns: number;
  /** Tool anchors only. */
  readonly calls: number;
  readonly errors: number;
  readonly invalid: number;
}
