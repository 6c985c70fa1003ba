import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Message, Role, ToolCall } from '../model/run.ts';
import { toolDefinitionsFrom } from '../model/toolShapes.ts';
import type { ScriptedAnswer, ScriptedRequest } from './scriptedModel.ts';

/** A chat completion request as it came over the wire, in the model's own terms. */
export type WireRequest =
  | {
      readonly ok: true;
      readonly request: ScriptedRequest;
      readonly model: string;
      readonly stream: boolean;
      readonly includeUsage: boolean;
    }
  | { readonly ok: false; readonly detail: string };

const ROLES: ReadonlySet<string> = new Set<Role>(['system', 'developer', 'user', 'assistant', 'tool']);

export function fromWire(body: Json): WireRequest {
  if (!isJsonObject(body)) return { ok: false, detail: 'The body is not a JSON object.' };
  const { messages, tools, model, stream, stream_options, ...parameters } = body;
  if (!Array.isArray(messages) || messages.length === 0)
    return { ok: false, detail: "'messages' must be a list that is not empty." };
  const read = (messages as readonly Json[]).map(fromWireMessage);
  const bad = read.indexOf(null);
  if (bad >= 0) return { ok: false, detail: `'messages[${bad}]' has no known role.` };
  return {
    ok: true,
    request: {
      messages: read.filter((message) => message !== null),
      tools: Array.isArray(tools) ? toolDefinitionsFrom(tools) : [],
      parameters,
    },
    model: typeof model === 'string' ? model : '',
    stream: stream === true,
    includeUsage: isJsonObject(stream_options) && stream_options.include_usage === true,
  };
}

function fromWireMessage(value: Json): Message | null {
  if (!isJsonObject(value)) return null;
  const { role, content, name, tool_calls, tool_call_id } = value;
  if (typeof role !== 'string' || !ROLES.has(role)) return null;
  return {
    role: role as Role,
    name: typeof name === 'string' ? name : null,
    text: textOf(content),
    toolCalls: Array.isArray(tool_calls) ? (tool_calls as readonly Json[]).flatMap(fromWireCall) : [],
    toolCallId: typeof tool_call_id === 'string' ? tool_call_id : null,
    isError: null,
    isTruncated: false,
  };
}

function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as readonly Json[])
    .map((part) => (isJsonObject(part) && typeof part.text === 'string' ? part.text : ''))
    .join('\n');
}

function fromWireCall(value: Json): ToolCall[] {
  const called = isJsonObject(value) ? value.function : undefined;
  if (!isJsonObject(value) || !isJsonObject(called) || typeof called.name !== 'string') return [];
  const text = typeof called.arguments === 'string' ? called.arguments : '';
  let parsed: Json | null = null;
  try {
    parsed = JSON.parse(text === '' ? '{}' : text) as Json;
  } catch {
    // Broken arguments stay broken; the history shows them as they were.
  }
  const id = typeof value.id === 'string' ? value.id : null;
  return [{ id, name: called.name, argumentsText: text, arguments: parsed, argumentsValid: parsed !== null }];
}

/** A message as the chat API writes it. */
export function toWireMessage(message: Message): JsonObject {
  if (message.role === 'tool')
    return { role: 'tool', tool_call_id: message.toolCallId ?? '', content: message.text };
  if (message.toolCalls.length === 0) return { role: message.role, content: message.text };
  return {
    role: message.role,
    content: message.text === '' ? null : message.text,
    tool_calls: message.toolCalls.map((call) => ({
      id: call.id ?? '',
      type: 'function',
      function: { name: call.name, arguments: call.argumentsText },
    })),
  };
}

type GivenAnswer = Extract<ScriptedAnswer, { readonly ok: true }>;

/** The assistant's message of an answer, in the model's own terms. */
export function messageOf(answer: GivenAnswer): Message {
  return {
    role: 'assistant',
    name: null,
    text: answer.text,
    toolCalls: answer.toolCalls.map((call) => ({
      id: call.id,
      name: call.name,
      argumentsText: JSON.stringify(call.arguments),
      arguments: call.arguments,
      argumentsValid: true,
    })),
    toolCallId: null,
    isError: null,
    isTruncated: false,
  };
}

interface Envelope {
  readonly id: string;
  readonly model: string;
}

export function toCompletion(answer: GivenAnswer, { id, model }: Envelope): JsonObject {
  return {
    id,
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      {
        index: 0,
        message: toWireMessage(messageOf(answer)),
        logprobs: null,
        finish_reason: answer.finishReason,
      },
    ],
    usage: usageOf(answer),
  };
}

/** The same answer as stream chunks: text in pieces, a call's name first and its arguments after. */
export function toChunks(
  answer: GivenAnswer,
  { id, model }: Envelope,
  includeUsage: boolean,
): readonly JsonObject[] {
  const chunk = (delta: JsonObject, finishReason: string | null = null): JsonObject => ({
    id,
    object: 'chat.completion.chunk',
    created: 0,
    model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  });
  const chunks = [chunk({ role: 'assistant', content: answer.toolCalls.length > 0 ? null : '' })];
  for (const piece of pieces(answer.text)) chunks.push(chunk({ content: piece }));
  for (const [index, call] of answer.toolCalls.entries()) {
    chunks.push(
      chunk({
        tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }],
      }),
    );
    for (const piece of pieces(JSON.stringify(call.arguments))) {
      chunks.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
    }
  }
  chunks.push(chunk({}, answer.finishReason));
  if (includeUsage)
    chunks.push({
      id,
      object: 'chat.completion.chunk',
      created: 0,
      model,
      choices: [],
      usage: usageOf(answer),
    });
  return chunks;
}

function usageOf({ inputTokens, outputTokens }: GivenAnswer): JsonObject {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}

function pieces(text: string): readonly string[] {
  return text.match(/[\s\S]{1,24}/g) ?? [];
}
