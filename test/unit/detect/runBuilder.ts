import { bareContext, type DetectContext } from '../../../server/detect/context.ts';
import { contextWindow } from '../../../server/detect/modelWindows.ts';
import type { Json, JsonObject } from '../../../server/model/json.ts';
import type { Message, ModelCall, Run, ToolCall, ToolDefinition } from '../../../server/model/run.ts';

/** Runs in a few words: `runOf(user('hi'), assistant('', call('get_quote', { id: 1 })), result('…'))`. */
export function runOf(...messages: readonly Message[]): Run {
  const modelCalls = messages.flatMap((message, index) =>
    message.role === 'assistant' ? [modelCall({ inputMessages: index, outputMessage: index })] : [],
  );
  return {
    id: 'r1',
    session: 'r1',
    file: 'traces/runs.jsonl',
    line: 0,
    format: 'openai-messages',
    startedAt: null,
    durationMs: null,
    model: null,
    costUsd: null,
    outcome: null,
    messages,
    modelCalls,
    toolSets: [],
    notes: [],
  };
}

/** The run with these tools offered in every request. */
export function offering(run: Run, ...tools: readonly ToolDefinition[]): Run {
  return { ...run, toolSets: [tools], modelCalls: run.modelCalls.map((each) => ({ ...each, toolSet: 0 })) };
}

export function modelCall(given: Partial<ModelCall>): ModelCall {
  return {
    inputMessages: 0,
    outputMessage: null,
    model: null,
    parameters: {},
    toolSet: null,
    startedAt: null,
    durationMs: null,
    inputTokens: null,
    outputTokens: null,
    finishReason: null,
    finishReasonText: null,
    error: null,
    ...given,
  };
}

export function message(given: Partial<Message>): Message {
  return {
    role: 'user',
    name: null,
    text: '',
    toolCalls: [],
    toolCallId: null,
    isError: null,
    isTruncated: false,
    ...given,
  };
}

export function user(text: string): Message {
  return message({ role: 'user', text });
}

export function assistant(text: string, ...toolCalls: readonly ToolCall[]): Message {
  return message({ role: 'assistant', text, toolCalls });
}

/** Answers the call of that id; without one, the next open call. */
export function result(text: string, given: Partial<Message> = {}): Message {
  return message({ role: 'tool', text, ...given });
}

export function call(name: string, args: Json = {}, id: string | null = null): ToolCall {
  return { id, name, argumentsText: JSON.stringify(args), arguments: args, argumentsValid: true };
}

export function brokenCall(name: string, argumentsText: string): ToolCall {
  return { id: null, name, argumentsText, arguments: null, argumentsValid: false };
}

export function tool(name: string, parameters: JsonObject | null = null): ToolDefinition {
  return { name, description: null, parameters, strict: null };
}

/** A context whose workspace defines these tools and, over all runs, no others that work. */
export function linking(...tools: readonly ToolDefinition[]): DetectContext {
  return {
    ...bareContext,
    linkedTool: (name) => tools.find((each) => each.name === name) ?? null,
    linkedToolNames: tools.map(({ name }) => name),
    isStrayName: (name, worked) => !worked && tools.every((each) => each.name !== name),
    contextWindow: contextWindow,
  };
}
