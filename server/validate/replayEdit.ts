import type { Run, ToolDefinition } from '../model/run.ts';

export type Rendered =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/**
 * How one arm words a recorded request. The two arms of a run differ by the edit and by nothing else:
 * where the edit starts from today's wording and the run carried an older one, the old arm renders
 * today's wording too, never the recorded one.
 */
export interface ArmText {
  /** `message`: index in the run; `text`: as recorded. Messages without the edited text come back unchanged. */
  renderMessage(message: number, text: string): Rendered;
  /** The offered tools, in the recorded order. */
  tools(definitions: readonly ToolDefinition[]): readonly ToolDefinition[];
}

/** An edit as replay sees it: two wordings of one file. */
export interface ReplayEdit {
  readonly file: string;
  /** Names the edit in the record of looks: equal edits have equal hashes. */
  readonly hash: string;
  /** False for runs whose requests the edit cannot touch; they are not sampled. */
  changesAnything(run: Run): boolean;
  arms(run: Run): { readonly old: ArmText; readonly new: ArmText };
}
