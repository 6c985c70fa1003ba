import type { JsonObject } from './json.ts';
import type { FinishReason, Message, ToolDefinition } from './run.ts';

/** One request to a model in provider-neutral form. */
export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  /** Sampling parameters as recorded, names as in the OpenAI chat API. */
  readonly parameters: JsonObject;
}

export type ModelAnswer =
  | {
      readonly ok: true;
      readonly message: Message;
      readonly finishReason: FinishReason;
      readonly inputTokens: number;
      readonly outputTokens: number;
    }
  | { readonly ok: false; readonly reason: ModelErrorReason; readonly detail: string };

export type ModelErrorReason =
  | 'bad-key'
  | 'unknown-model'
  | 'quota'
  | 'rate-limited'
  | 'timeout'
  | 'unreachable'
  | 'bad-request'
  | 'server-error'
  | 'broken-stream'
  | 'cancelled';
