import type { ToolDefinition } from '../model/run.ts';

/** What a detector may know beyond the run itself. The caller prepares it for one run. */
export interface DetectContext {
  /** The workspace's definition of a tool, in the wording that the run carried; null when none is linked. */
  linkedTool(name: string): ToolDefinition | null;
  /** All tools of the files that the run's tools are linked to, called or not; empty when none is linked. */
  readonly linkedToolNames: readonly string[];
  /**
   * True only when a name may count as not offered although no offer was recorded: the workspace is
   * known to define this agent's tools, and not this one.
   *
   * @param worked whether the call got a result that is no error
   */
  isStrayName(name: string, worked: boolean): boolean;
  /** Tokens that the model's window holds, input and output together; null for an unknown model. */
  contextWindow(model: string): number | null;
}

/** For a run judged on nothing but its own record. */
export const bareContext: DetectContext = {
  linkedTool: () => null,
  linkedToolNames: [],
  isStrayName: () => false,
  contextWindow: () => null,
};
