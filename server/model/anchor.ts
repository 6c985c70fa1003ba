import type { ToolDefinition } from './run.ts';

/** Half-open range of UTF-16 offsets in a file's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export type AnchorType = 'prompt' | 'section' | 'tool' | 'parameter';

/** A place in a workspace file that findings can be tied to. */
export interface Anchor {
  /** Unique in the file and stable while the text around it changes: `prompt`, `section:Refunds`, `tool:get_quote`, `parameter:get_quote/as_of`. */
  readonly id: string;
  readonly type: AnchorType;
  /** Section heading, tool name or parameter path (JSON pointer without the leading slash). */
  readonly name: string;
  /** The token to underline: a heading line, a name token, a property key. */
  readonly range: TextRange;
  /** Everything that belongs to it: the section with its body, the whole definition. */
  readonly fullRange: TextRange;
}

/** Pieces of rendered text and where they stand in the source, in order, not overlapping. */
export interface TextMap {
  readonly pieces: readonly { readonly rendered: number; readonly source: number; readonly length: number }[];
}

/** A prompt text found in a workspace file. */
export interface PromptSource {
  /** Workspace-relative with forward slashes. */
  readonly file: string;
  /** What reaches the model, with holes still in it. */
  readonly text: string;
  readonly map: TextMap;
  /** The whole prompt first, then its sections in order. */
  readonly anchors: readonly Anchor[];
  /** True when nothing but the content suggests a prompt, so that only a trace may prove it. */
  readonly needsProof: boolean;
}

/** A tool definition found in a workspace file. */
export interface ToolSource {
  readonly file: string;
  readonly definition: ToolDefinition;
  readonly anchor: Anchor;
  readonly parameters: readonly ParameterSource[];
  /** The description's string literal with its quotes; null where there is none. */
  readonly descriptionRange: TextRange | null;
}

export interface ParameterSource {
  /** Property names from the root, joined by `/`, as in a JSON pointer without the first slash; `*` for array items. */
  readonly path: string;
  readonly anchor: Anchor;
  readonly descriptionRange: TextRange | null;
}

/** One workspace file after parsing. A file may hold prompts, tools, or both. */
export interface SourceFile {
  readonly file: string;
  /** SHA-256 of the text, hex. */
  readonly hash: string;
  readonly text: string;
  readonly prompts: readonly PromptSource[];
  readonly tools: readonly ToolSource[];
}
