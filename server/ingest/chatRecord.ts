import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Message, ModelCall, Run } from '../model/run.ts';
import { toolDefinitionsFrom } from '../model/toolShapes.ts';
import { messagesFromChat, plainMessage, roleFrom, stringIn, textOfContent } from './chatMessage.ts';
import {
  callErrorFrom,
  costFrom,
  durationFrom,
  outcomeFrom,
  sessionFrom,
  startedAtFrom,
  usageFrom,
} from './declaredFacts.ts';
import { normalFinishReason } from './finishReason.ts';
import { endsWithOpenCalls, plainCall, samplingParameters, toolSetCollector } from './runParts.ts';
import { pairToolResults } from './toolResultPairing.ts';

const listKeys = [
  'messages',
  'conversation',
  'conversations',
  'chat',
  'history',
  'dialog',
  'trajectory',
  'traj',
  'steps',
  'turns',
  'log',
] as const;

/** The chat entries of a record: the record itself, or the member that holds them. Null when it has none. */
export function chatEntriesOf(record: Json): readonly Json[] | null {
  if (Array.isArray(record)) return areChatEntries(record) ? record : null;
  if (!isJsonObject(record)) return null;
  for (const key of listKeys) {
    const list = record[key];
    if (Array.isArray(list) && areChatEntries(list)) return list;
  }
  return null;
}

function areChatEntries(list: readonly Json[]): boolean {
  const first = list[0];
  return isJsonObject(first) && list.every(isChatEntry);
}

export function isChatEntry(value: Json): boolean {
  return isJsonObject(value) && (typeof value.role === 'string' || isShareGptEntry(value));
}

function isShareGptEntry(value: JsonObject): boolean {
  return typeof value.from === 'string' && 'value' in value && roleFrom(value.from) !== 'other';
}

/** A system text that stands beside the messages, as Anthropic's requests have it. */
export function systemMessages(record: JsonObject): readonly Message[] {
  const system = record.system ?? record.system_prompt ?? null;
  if (typeof system !== 'string' && !Array.isArray(system)) return [];
  return [plainMessage('system', textOfContent(system))];
}

export interface ChatRecordPlace {
  readonly id: string;
  readonly file: string;
  readonly line: number;
}

/** One conversation per record. `facts` holds the fields beside the messages; empty for a bare array. */
export function runFromChatRecord(entries: readonly Json[], facts: JsonObject, place: ChatRecordPlace): Run {
  const model = stringIn(facts, 'model');
  const toolSets = toolSetCollector();
  const toolSet = toolSets.indexOf(offeredTools(facts));
  const parameters = samplingParameters({ ...objectOf(facts.parameters), ...facts });
  const unpaired = [...systemMessages(facts)];
  const calls: ModelCall[] = [];
  for (const entry of entries) {
    const messages = messagesFromChat(entry);
    const answer = messages.findIndex((message) => message.role === 'assistant');
    if (answer !== -1) {
      const at = unpaired.length + answer;
      const own = isJsonObject(entry) ? entry : {};
      calls.push({
        ...plainCall(at, at),
        model: stringIn(own, 'model') ?? model,
        parameters,
        toolSet,
        startedAt: startedAtFrom(own),
        ...usageFrom(own.usage),
        ...finishOf(own, (messages[answer] as Message).toolCalls.length > 0),
      });
    }
    unpaired.push(...messages);
  }
  const { messages, isInferred } = pairToolResults(unpaired);
  const notes: string[] = [];
  addRecordFacts(calls, messages, facts, notes);
  const error = callErrorFrom(facts.error, facts.status_code ?? facts.http_status);
  if (error !== null) {
    const failed = { ...plainCall(messages.length, null), model, parameters, toolSet };
    calls.push({ ...failed, finishReason: 'error', error });
  }
  if (isInferred) notes.push('tool results paired by order');
  if (endsWithOpenCalls(messages)) notes.push('incomplete');
  return {
    ...place,
    session: sessionFrom(facts) ?? place.id,
    format: 'openai-messages',
    startedAt: startedAtFrom(facts),
    durationMs: durationFrom(facts),
    model: model ?? calls.find((call) => call.model !== null)?.model ?? null,
    costUsd: costFrom(facts),
    outcome: outcomeFrom(facts),
    messages,
    modelCalls: calls,
    toolSets: toolSets.sets,
    notes,
  };
}

/** Null when the record does not say; an empty list when it says that no tool was offered. */
export function offeredTools(request: JsonObject) {
  const listed = request.tools ?? request.functions;
  return Array.isArray(listed) ? toolDefinitionsFrom(listed) : null;
}

export function finishOf(
  holder: JsonObject,
  hasToolCalls: boolean,
): Pick<ModelCall, 'finishReason' | 'finishReasonText'> {
  const text = stringIn(holder, 'finish_reason') ?? stringIn(holder, 'stop_reason');
  return { finishReason: normalFinishReason(text, hasToolCalls), finishReasonText: text };
}

/** Usage and finish reason that stand on the record belong to its last answer, unless that has its own. */
function addRecordFacts(
  calls: ModelCall[],
  messages: readonly Message[],
  facts: JsonObject,
  notes: string[],
): void {
  const last = calls.at(-1);
  if (last === undefined) return;
  const usage = usageFrom(facts.usage);
  const hasUsage = usage.inputTokens !== null || usage.outputTokens !== null;
  const callsHaveUsage = calls.some((call) => call.inputTokens !== null || call.outputTokens !== null);
  const answer = messages[last.outputMessage ?? -1];
  const finish = last.finishReasonText === null ? finishOf(facts, (answer?.toolCalls.length ?? 0) > 0) : {};
  calls[calls.length - 1] = { ...last, ...finish, ...(hasUsage && !callsHaveUsage ? usage : {}) };
  if (hasUsage && !callsHaveUsage && calls.length > 1) notes.push('usage is the total of the run');
}

export function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
