import { isJsonObject, type Json } from '../model/json.ts';
import type { Message, ToolDefinition } from '../model/run.ts';
import { toolDefinitionsFrom } from '../model/toolShapes.ts';
import { messagesFromChat, plainMessage, roleFrom } from './chatMessage.ts';
import type { OtlpEvent } from './otlpEnvelope.ts';
import { parseCutJson, parseJson } from './parseJson.ts';

/** What one model call was sent and what it answered. */
export interface GenAiContent {
  readonly input: readonly Message[];
  readonly output: Message | null;
  readonly finishReasonText: string | null;
  /** Null where the call does not say which tools were offered. */
  readonly tools: readonly ToolDefinition[] | null;
  /** The uploader put the content at another place (`…_ref`). */
  readonly isElsewhere: boolean;
  /** True when the input is the complete list, not one message of it. */
  readonly isWhole: boolean;
}

export const noContent: GenAiContent = {
  input: [],
  output: null,
  finishReasonText: null,
  tools: null,
  isElsewhere: false,
  isWhole: false,
};

/** Content of one span or event, from whichever of the conventions' three generations it follows. */
export function genAiContentOf(
  attributes: ReadonlyMap<string, Json>,
  events: readonly OtlpEvent[],
): GenAiContent {
  const own = contentOfAttributes(attributes);
  const ofEvents = events.map(contentOfEvent);
  return [own, ...ofEvents].reduce(joinedContent, noContent);
}

/** True for span events and log records that carry content. */
export function isContentEvent(name: string): boolean {
  return (
    name === detailsEvent ||
    name in eventRoles ||
    name.startsWith('gen_ai.content.') ||
    name === 'gen_ai.choice'
  );
}

const detailsEvent = 'gen_ai.client.inference.operation.details';

const eventRoles: Readonly<Record<string, string>> = {
  'gen_ai.system.message': 'system',
  'gen_ai.user.message': 'user',
  'gen_ai.assistant.message': 'assistant',
  'gen_ai.tool.message': 'tool',
};

/** Events of one call add up in order; a call recorded on its span and on an event is one call. */
export function joinedContent(first: GenAiContent, next: GenAiContent): GenAiContent {
  const isRepeated = first.isWhole && next.isWhole;
  return {
    input: isRepeated && first.input.length > 0 ? first.input : [...first.input, ...next.input],
    output: first.output ?? next.output,
    finishReasonText: first.finishReasonText ?? next.finishReasonText,
    tools: first.tools ?? next.tools,
    isElsewhere: first.isElsewhere || next.isElsewhere,
    isWhole: first.isWhole || next.isWhole,
  };
}

function contentOfAttributes(attributes: ReadonlyMap<string, Json>): GenAiContent {
  const isElsewhere = [...attributes.keys()].some((key) =>
    /^gen_ai\.(input|output|system|tool).*_ref$/.test(key),
  );
  const messages = structured(attributes.get('gen_ai.input.messages') ?? attributes.get('gen_ai.prompt'));
  const answers = structured(attributes.get('gen_ai.output.messages') ?? attributes.get('gen_ai.completion'));
  const system = structured(attributes.get('gen_ai.system_instructions'));
  const tools = structured(attributes.get('gen_ai.tool.definitions'));
  const input = messages === null ? [] : messagesOf(messages, 'user');
  const instructions = system === null ? [] : instructionsOf(system);
  const repeated = instructions.every((one) => input.some((message) => message.text === one.text));
  const answer = answers === null ? null : answerOf(answers);
  const offered = tools === null ? null : toolDefinitionsFrom(tools.value);
  return {
    input: repeated ? input : [...instructions, ...input],
    output: answer?.message ?? null,
    finishReasonText: answer?.finishReasonText ?? null,
    tools: tools?.isCut === true ? null : offered,
    isElsewhere,
    isWhole: messages !== null || system !== null,
  };
}

function contentOfEvent(event: OtlpEvent): GenAiContent {
  if (event.name === detailsEvent || event.name.startsWith('gen_ai.content.')) {
    const fields = new Map(event.attributes);
    if (isJsonObject(event.body))
      for (const [key, value] of Object.entries(event.body)) fields.set(key, value);
    return contentOfAttributes(fields);
  }
  const role = eventRoles[event.name];
  const isChoice = event.name === 'gen_ai.choice';
  if (role === undefined && !isChoice) return noContent;
  const fields = fieldsOf(event);
  if (!isChoice) {
    const given = typeof fields.role === 'string' ? fields.role : (role as string);
    return {
      ...noContent,
      input: messagesFromChat({ ...fields, role: given, tool_call_id: fields.id ?? null }),
    };
  }
  const message = isJsonObject(fields.message ?? null) ? fields.message : fields;
  const index = fields.index;
  if (index !== undefined && Number(index) > 0) return noContent;
  const reason = fields.finish_reason;
  return {
    ...noContent,
    output: messagesFromChat({ ...(message as object), role: 'assistant' })[0] ?? null,
    finishReasonText: typeof reason === 'string' ? reason : null,
  };
}

/** Body and attributes as one object; members that hold JSON as text are parsed. */
function fieldsOf(event: OtlpEvent): { readonly [key: string]: Json } {
  const entries: [string, Json][] = [...event.attributes];
  const packed = structured(event.attributes.get('gen_ai.event.content'));
  for (const source of [packed?.value ?? null, event.body]) {
    if (isJsonObject(source)) entries.push(...Object.entries(source));
    else if (typeof source === 'string') entries.push(['content', source]);
  }
  const parsed = ['tool_calls', 'message'];
  return Object.fromEntries(
    entries.map(([key, value]) => [key, parsed.includes(key) ? (structured(value)?.value ?? value) : value]),
  );
}

interface Structured {
  readonly value: Json;
  /** A length limit cut the text; the value holds what stood before the cut. */
  readonly isCut: boolean;
}

/** On spans structured values are mostly JSON in a string, on events and in newer SDKs values. */
function structured(value: Json | undefined): Structured | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') return { value, isCut: false };
  const first = value.trimStart()[0];
  if (first !== '{' && first !== '[') return { value, isCut: false };
  const parsed = parseJson(value);
  if (parsed.ok) return { value: parsed.value, isCut: false };
  const cut = parseCutJson(value);
  return cut === null ? { value, isCut: false } : { value: cut, isCut: true };
}

function messagesOf({ value, isCut }: Structured, defaultRole: string): readonly Message[] {
  if (typeof value === 'string') return [plainMessage(roleFrom(defaultRole), value)];
  const body = isJsonObject(value) && Array.isArray(value.messages) ? value.messages : value;
  const list = Array.isArray(body) ? (body as readonly Json[]) : [body];
  const messages = list.flatMap((item) =>
    typeof item === 'string'
      ? [plainMessage(roleFrom(defaultRole), item)]
      : messagesFromChat(withRole(item, defaultRole)),
  );
  return isCut
    ? messages.map((message, i) => (i === messages.length - 1 ? cutMessage(message) : message))
    : messages;
}

function withRole(item: Json, role: string): Json {
  return isJsonObject(item) && typeof item.role !== 'string' ? { ...item, role } : item;
}

function instructionsOf({ value, isCut }: Structured): readonly Message[] {
  const parts = isJsonObject(value) ? (value.parts ?? value.content ?? [value]) : value;
  const messages = messagesFromChat({ role: 'system', content: parts });
  return isCut ? messages.map(cutMessage) : messages;
}

function cutMessage(message: Message): Message {
  return { ...message, isTruncated: true };
}

function answerOf(answers: Structured): {
  readonly message: Message | null;
  readonly finishReasonText: string | null;
} {
  const { value } = answers;
  const first = Array.isArray(value) ? ((value as readonly Json[])[0] ?? null) : value;
  if (!isJsonObject(first)) {
    return {
      message: messagesOf({ ...answers, value: first }, 'assistant')[0] ?? null,
      finishReasonText: null,
    };
  }
  const inner = isJsonObject(first.message ?? null) ? (first.message as object) : first;
  const text = first.text;
  const bare = typeof text === 'string' && !('content' in first) && !('parts' in first);
  const message = bare
    ? plainMessage('assistant', text)
    : messagesFromChat({ ...inner, role: 'assistant' }).find((one) => one.role === 'assistant');
  const reason = first.finish_reason;
  return {
    message: message === undefined ? null : answers.isCut ? cutMessage(message) : message,
    finishReasonText: typeof reason === 'string' && reason !== '' ? reason : null,
  };
}
