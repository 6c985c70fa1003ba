import type { ToolDefinition } from '../model/run.ts';

/** What a detector may know beyond the run itself. The caller prepares it for one run. */
export interface DetectContext {
  /** The workspace's definition of a tool, in the wording that the run carried; null when none is linked. */
  linkedTool(name: string): ToolDefinition | null;
  /**
   * True only when this run is known to use the workspace's tools: its prompt or one of its tools is
   * linked. A name missing there then counts as not offered.
   */
  readonly hasLinkedTools: boolean;
  /** Tokens that the model's window holds, input and output together; null for an unknown model. */
  contextWindow(model: string): number | null;
}

/** For a run judged on nothing but its own record. */
export const bareContext: DetectContext = {
  linkedTool: () => null,
  hasLinkedTools: false,
  contextWindow: () => null,
};
