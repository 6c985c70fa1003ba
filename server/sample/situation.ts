import type { JsonObject } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';
import type { ModelRequest } from '../model/modelRequest.ts';
import type { Message, ToolDefinition } from '../model/run.ts';

/** A call that the conversation already holds after the last user message. */
export interface Step {
  readonly name: string;
  readonly arguments: JsonObject;
  /** The tool's answer as text; null when none was given yet. */
  readonly result: string | null;
}

/** What the scripted model sees in a request. Nothing else reaches its rules. */
export interface Situation {
  /** All system and developer texts. */
  readonly system: string;
  readonly tools: ReadonlyMap<string, ToolDefinition>;
  /** The last user message. */
  readonly userText: string;
  /** Calls made since the last user message. */
  readonly steps: readonly Step[];
  /** ISO date that the prompt states as today; null when it states none. */
  readonly today: string | null;
  readonly account: string | null;
  readonly maxTokens: number | null;
  /** Names this conversation, whatever the wording of prompt and tools: propensities hang on it. */
  readonly conversation: string;
}

export function readSituation(request: Pick<ModelRequest, 'messages' | 'tools' | 'parameters'>): Situation {
  const { messages } = request;
  const system = messages
    .filter((message) => message.role === 'system' || message.role === 'developer')
    .map((message) => message.text)
    .join('\n\n');
  const lastUser = messages.findLastIndex((message) => message.role === 'user');
  const userText = messages[lastUser]?.text ?? '';
  const account = /\bACC-\d+\b/.exec(`${system}\n${userText}`)?.[0] ?? null;
  const maxTokens = request.parameters.max_tokens ?? request.parameters.max_completion_tokens;
  return {
    system,
    tools: new Map(request.tools.map((tool) => [tool.name, tool])),
    userText,
    steps: readSteps(messages.slice(lastUser + 1)),
    today: /today is (?:\w+,? )?(\d{4}-\d{2}-\d{2})/i.exec(system)?.[1] ?? null,
    account,
    maxTokens: typeof maxTokens === 'number' ? maxTokens : null,
    conversation: `${account ?? ''}|${userText}`,
  };
}

function readSteps(messages: readonly Message[]): Step[] {
  const results = new Map<string, string>();
  for (const message of messages) {
    if (message.role === 'tool' && message.toolCallId !== null) results.set(message.toolCallId, message.text);
  }
  return messages.flatMap((message) =>
    message.toolCalls.map((call) => ({
      name: call.name,
      arguments: isJsonObject(call.arguments ?? undefined) ? (call.arguments as JsonObject) : {},
      result: call.id === null ? null : (results.get(call.id) ?? null),
    })),
  );
}
