import { canonicalJson } from '../model/json.ts';
import type { Message, ModelCall, ToolDefinition } from '../model/run.ts';

/** One request with its answer, as formats record it that repeat the history in every call. */
export interface RecordedCall {
  readonly input: readonly Message[];
  readonly output: Message | null;
  readonly tools: readonly ToolDefinition[] | null;
  readonly facts: Omit<ModelCall, 'inputMessages' | 'outputMessage' | 'toolSet'>;
}

/** Calls whose inputs are prefixes of one list of messages, each message stored once, by position. */
export interface Conversation<C extends RecordedCall> {
  readonly messages: Message[];
  readonly calls: {
    readonly call: C;
    readonly inputMessages: number;
    readonly outputMessage: number | null;
  }[];
}

/**
 * Joins calls, given in the order in which they were made. Call B continues a conversation when its
 * messages, the last answer included, are a prefix of B's input; or, when B failed or repeats a recorded
 * answer, when B's input is a prefix of it. Every other call opens a conversation of its own, since a
 * prefix length could not say what it was sent.
 */
export function conversationCollector<C extends RecordedCall>(): {
  readonly all: readonly Conversation<C>[];
  readonly add: (call: C) => Conversation<C>;
  /** For a call whose input was not recorded: puts it at the end of a conversation. */
  readonly append: (conversation: Conversation<C>, call: C) => void;
} {
  const all: Conversation<C>[] = [];
  const byOpening = new Map<string, Conversation<C>[]>();

  function append(conversation: Conversation<C>, call: C): void {
    const inputMessages = conversation.messages.length;
    const outputMessage = call.output === null ? null : conversation.messages.push(call.output) - 1;
    conversation.calls.push({ call, inputMessages, outputMessage });
  }

  function add(call: C): Conversation<C> {
    const key = openingOf(call.input);
    const candidates = byOpening.get(key) ?? [];
    let best: Conversation<C> | null = null;
    for (const candidate of candidates) {
      if (candidate.messages.length < (best?.messages.length ?? 0)) continue;
      if (isPrefix(candidate.messages, call.input)) best = candidate;
    }
    if (best !== null) {
      best.messages.push(...call.input.slice(best.messages.length));
      append(best, call);
      return best;
    }
    const { output } = call;
    const inputMessages = call.input.length;
    for (const candidate of candidates) {
      const next = candidate.messages[inputMessages];
      const isRepeated = output !== null && next !== undefined && isSameMessage(next, output);
      if ((output === null || isRepeated) && isPrefix(call.input, candidate.messages)) {
        candidate.calls.push({ call, inputMessages, outputMessage: output === null ? null : inputMessages });
        return candidate;
      }
    }
    const opened: Conversation<C> = { messages: [...call.input], calls: [] };
    append(opened, call);
    all.push(opened);
    if (call.input.length > 0) byOpening.set(key, [...candidates, opened]);
    return opened;
  }

  return { all, add, append };
}

/** Conversations with another opening are not even compared. */
function openingOf(input: readonly Message[]): string {
  const first = input.find((message) => message.role === 'user') ?? input[0];
  return `${input[0]?.text.trim() ?? ''}\0${first?.text.trim() ?? ''}`;
}

/** Compared from its end, where two conversations with one opening differ soonest. */
function isPrefix(prefix: readonly Message[], messages: readonly Message[]): boolean {
  if (prefix.length > messages.length) return false;
  for (let i = prefix.length - 1; i >= 0; i--) {
    if (!isSameMessage(prefix[i] as Message, messages[i] as Message)) return false;
  }
  return true;
}

/** The same message as an answer and as history: writers drop ids, trim text and reorder arguments. */
export function isSameMessage(a: Message, b: Message): boolean {
  if (a === b) return true;
  const sameRole = a.role === b.role || (isInstruction(a) && isInstruction(b));
  if (!sameRole || !isSameId(a.toolCallId, b.toolCallId)) return false;
  if (a.toolCalls.length !== b.toolCalls.length || a.text.trim() !== b.text.trim()) return false;
  return a.toolCalls.every((call, i) => {
    const other = b.toolCalls[i];
    if (other === undefined || call.name !== other.name || !isSameId(call.id, other.id)) return false;
    if (call.argumentsText === other.argumentsText) return true;
    return (
      call.argumentsValid &&
      other.argumentsValid &&
      canonicalJson(call.arguments) === canonicalJson(other.arguments)
    );
  });
}

function isInstruction(message: Message): boolean {
  return message.role === 'system' || message.role === 'developer';
}

function isSameId(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b;
}
