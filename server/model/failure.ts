/** Names are fixed: they are diagnostic codes, CLI output and file names of rule pages. */
export type FailureKind =
  | 'failed-outcome'
  | 'unknown-tool'
  | 'invalid-arguments'
  | 'tool-error'
  | 'repeated-call'
  | 'truncated'
  | 'context-overflow'
  | 'empty-response';

/** `certain` = true by construction; `likely` = at least 90 % precise with the stated guards; `hint` = needs company. */
export type Certainty = 'certain' | 'likely' | 'hint';

/** Whose fault the evidence suggests; `environment` and `user` blame no file. */
export type Blame = 'tool' | 'prompt' | 'environment' | 'user' | 'unknown';

/** Evidence of one thing going wrong in one run. */
export interface Failure {
  readonly kind: FailureKind;
  /** 0-based index of the message that shows it. */
  readonly message: number;
  /** 0-based index of the assistant message whose decision led to it; null where no decision did. */
  readonly decision: number | null;
  readonly toolCallId: string | null;
  /** Position of the call inside its message; null where no call is meant. */
  readonly toolCallIndex: number | null;
  readonly tool: string | null;
  /** JSON pointer without its first slash, `*` for array items. */
  readonly parameter: string | null;
  /** One line for a person, at most 200 characters, trace text quoted and shortened. */
  readonly evidence: string;
  readonly blame: Blame;
  readonly certainty: Certainty;
  /** Masked template by which failures of one cause group: `must match format "date"`. */
  readonly signature: string;
}

/** How a kind can be shown again by replay. */
export type ReplayMode = 'step' | 'by-the-call' | 'never';
