import type { ToolSource } from '../model/anchor.ts';
import type { RecordedCall } from './recordedCalls.ts';

/** What a rule may rest on: calls of one tool, from the fixer's half. */
export interface CallEvidence {
  readonly tool: ToolSource;
  readonly passing: readonly RecordedCall[];
  readonly failing: readonly RecordedCall[];
}

/** Sentences on the way into a description. */
export interface Draft {
  /** Null = the tool's own description. */
  readonly parameter: string | null;
  readonly sentences: readonly string[];
  readonly title: string;
  /** Clauses for the rationale, without a full stop. */
  readonly reasons: readonly string[];
  /** Why there is no sentence, for when there is none. */
  readonly whyEmpty: string;
  /** False where the sentences say already when a call fails. */
  readonly needsBoundary: boolean;
}
