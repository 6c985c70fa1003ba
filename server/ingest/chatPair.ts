import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Message, Run } from '../model/run.ts';
import { messagesFromChat, stringIn } from './chatMessage.ts';
import { chatEntriesOf, finishOf, objectOf, offeredTools, systemMessages } from './chatRecord.ts';
import { type Conversation, conversationCollector, type RecordedCall } from './conversations.ts';
import {
  callErrorFrom,
  costFrom,
  durationFrom,
  nativeIdFrom,
  outcomeFrom,
  sessionFrom,
  startedAtFrom,
  usageFrom,
} from './declaredFacts.ts';
import type { RunEvent } from './events.ts';
import { endsWithOpenCalls, samplingParameters, toolSetCollector } from './runParts.ts';
import { pairToolResults } from './toolResultPairing.ts';
import type { TraceRecord } from './traceFormat.ts';

const pairKeys = [
  ['request', 'response'],
  ['req', 'res'],
  ['input', 'output'],
  ['kwargs', 'response'],
  ['body', 'response_body'],
] as const;

export interface ChatPair {
  /** Empty when only the response was recorded. */
  readonly request: JsonObject;
  /** Null when the request failed without one. */
  readonly response: JsonObject | null;
}

/** A recorded chat request with its response, in the usual places; null when the record is none. */
export function chatPairOf(record: Json): ChatPair | null {
  if (!isJsonObject(record)) return null;
  for (const [requestKey, responseKey] of pairKeys) {
    const outer = record[requestKey];
    const request = isJsonObject(outer) && isJsonObject(outer.body) ? outer.body : outer;
    if (!isJsonObject(request) || chatEntriesOf({ messages: request.messages ?? null }) === null) continue;
    const given = record[responseKey];
    const response = isJsonObject(given) && isJsonObject(given.body) ? given.body : given;
    if (isJsonObject(response)) return { request, response };
    if (record.error !== undefined || response === null) return { request, response: null };
  }
  const own = record.response;
  if (isChatResponse(own ?? null) && chatEntriesOf({ messages: record.messages ?? null }) !== null) {
    return { request: record, response: own as JsonObject };
  }
  if (isChatResponse(record))
    return { request: Array.isArray(record.messages) ? record : {}, response: record };
  return null;
}

function isChatResponse(value: Json): boolean {
  if (!isJsonObject(value)) return false;
  const choices = value.choices;
  if (Array.isArray(choices))
    return choices.some((choice) => isJsonObject(choice) && isJsonObject(choice.message ?? null));
  return value.type === 'message' && 'stop_reason' in value && Array.isArray(value.content);
}

interface PairCall extends RecordedCall {
  readonly record: JsonObject;
  readonly line: number;
}

/** Joins pairs into runs: by session where one is recorded, and inside it by the prefix rule. */
export function pairCollector(file: string): {
  readonly add: (pair: ChatPair, record: TraceRecord) => void;
  readonly finish: (idOf: (nativeId: string) => string) => readonly RunEvent[];
} {
  const bySession = new Map<string, ReturnType<typeof conversationCollector<PairCall>>>();
  const inOrder: { session: string | null; conversation: Conversation<PairCall> }[] = [];
  const known = new Set<Conversation<PairCall>>();
  return {
    add(pair, record) {
      const call = callOf(pair, record);
      const session = sessionFrom(call.record) ?? sessionFrom(pair.request);
      const key = session ?? '';
      const collector = bySession.get(key) ?? conversationCollector<PairCall>();
      bySession.set(key, collector);
      const conversation = collector.add(call);
      if (known.has(conversation)) return;
      known.add(conversation);
      inOrder.push({ session, conversation });
    },
    finish: (idOf) =>
      inOrder.map(({ session, conversation }, index) => {
        const first = conversation.calls[0] as Conversation<PairCall>['calls'][number];
        const nativeId = nativeIdFrom(first.call.record) ?? session ?? String(index);
        return {
          type: 'run',
          run: runOf(conversation, idOf(nativeId), session, file),
          records: conversation.calls.length,
        };
      }),
  };
}

function callOf({ request, response }: ChatPair, { value, line }: TraceRecord): PairCall {
  const record = objectOf(value);
  const input = [...systemMessages(request), ...(chatEntriesOf(request) ?? []).flatMap(messagesFromChat)];
  const choices = response?.choices;
  const choice = Array.isArray(choices) ? objectOf(choices[0] as Json) : objectOf(response ?? undefined);
  const message = choice.message ?? (choice.role === 'assistant' ? choice : undefined);
  const answered = message === undefined ? [] : messagesFromChat({ role: 'assistant', ...objectOf(message) });
  const output: Message | null = answered.find((one) => one.role === 'assistant') ?? null;
  const status = record.status_code ?? record.status ?? objectOf(record.response).status_code;
  const error =
    callErrorFrom(record.error, status) ?? (output === null ? callErrorFrom(response?.error, status) : null);
  const finish = finishOf(choice, (output?.toolCalls.length ?? 0) > 0);
  return {
    input: pairToolResults(input).messages,
    output,
    tools: offeredTools(request),
    record,
    line,
    facts: {
      model: stringIn(request, 'model') ?? stringIn(response ?? {}, 'model') ?? stringIn(record, 'model'),
      parameters: samplingParameters(request),
      startedAt: startedAtFrom(record) ?? startedAtFrom(response ?? {}),
      durationMs: durationFrom(record),
      ...usageFrom(response?.usage ?? record.usage),
      ...finish,
      finishReason: error !== null && output === null ? 'error' : finish.finishReason,
      error,
    },
  };
}

function runOf(conversation: Conversation<PairCall>, id: string, session: string | null, file: string): Run {
  const toolSets = toolSetCollector();
  const records = conversation.calls.map(({ call }) => call.record);
  const first = conversation.calls[0];
  const outcomes = records.map(outcomeFrom).filter((outcome) => outcome !== null);
  const costs = records.map(costFrom).filter((cost) => cost !== null);
  const modelCalls = conversation.calls.map(({ call, inputMessages, outputMessage }) => ({
    ...call.facts,
    inputMessages,
    outputMessage,
    toolSet: toolSets.indexOf(call.tools),
  }));
  return {
    id,
    session: session ?? id,
    file,
    line: first?.call.line ?? 0,
    format: 'openai-messages',
    startedAt: modelCalls.find((call) => call.startedAt !== null)?.startedAt ?? null,
    durationMs: null,
    model: modelCalls.find((call) => call.model !== null)?.model ?? null,
    costUsd: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
    outcome: outcomes.at(-1) ?? null,
    messages: conversation.messages,
    modelCalls,
    toolSets: toolSets.sets,
    notes: [
      ...(first?.call.input.length === 0 ? ['request not recorded'] : []),
      ...(endsWithOpenCalls(conversation.messages) ? ['incomplete'] : []),
    ],
  };
}
