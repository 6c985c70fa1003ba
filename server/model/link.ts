/** Which wording of the file a run carried, told by text and, in a trusted folder, by git. */
export type WordingState = 'current' | 'older' | 'uncommitted';

export interface LinkedLine {
  /** 0-based lines. */
  readonly renderedLine: number;
  readonly sourceLine: number;
}

/** Part of a message's text traced back to a prompt file. */
export interface PromptLink {
  readonly file: string;
  /** 0 to 1: share of the source's own words found in the rendered text, in order. */
  readonly confidence: number;
  /** 0 to 1: share of the rendered text that this source explains. */
  readonly coverage: number;
  readonly method: 'exact' | 'fingerprint';
  readonly state: WordingState;
  /** Newest commit whose wording this is; null without git or for text never committed. */
  readonly commit: string | null;
  /** SHA-256 of the wording that matched. */
  readonly wordingHash: string;
  /** Lines of the wording that matched, against today's file. */
  readonly lines: readonly LinkedLine[];
  /** Where in the rendered text the source's text begins and ends, UTF-16 offsets. */
  readonly renderedStart: number;
  readonly renderedEnd: number;
  /** Values found at the template's holes, in order of appearance. */
  readonly holes: readonly { readonly hole: string; readonly value: string }[];
  readonly reason: string;
}

/** A tool of a run traced to its definition. */
export interface ToolLink {
  readonly name: string;
  /** null = not linked. */
  readonly file: string | null;
  readonly anchorId: string | null;
  readonly state: WordingState;
  readonly confidence: number;
  readonly reason: string;
}

/** A prompt link with the message that carried the text. */
export interface MessageLink extends PromptLink {
  /** 0-based index of the message in the run. */
  readonly message: number;
}

/** The links of one run. */
export interface RunLinks {
  readonly runId: string;
  readonly prompts: readonly MessageLink[];
  readonly tools: readonly ToolLink[];
}
