import type { Message, ToolCall } from '../model/run.ts';

export interface PairedMessages {
  readonly messages: readonly Message[];
  /** True when some result named no call and was given one by order and name. */
  readonly isInferred: boolean;
}

/**
 * Gives every tool result the id of its call. Results without one are paired inside their turn: with the
 * first open call of the same name, else the first open call. Where the format has no ids at all the pair
 * gets one made from its place (`call_<message>_<position>`), since later stages join by id.
 */
export function pairToolResults(messages: readonly Message[]): PairedMessages {
  const needsPairing = messages.some((message) => message.role === 'tool' && message.toolCallId === null);
  if (!needsPairing) return { messages: messages.map(named(messages)), isInferred: false };
  const paired = [...messages];
  let isInferred = false;
  for (const [index, message] of messages.entries()) {
    if (message.toolCalls.length === 0) continue;
    const answered = new Set<string>();
    const open = message.toolCalls.map((call, position) => ({ call, position }));
    const ends = turnEnd(messages, index);
    for (let at = index + 1; at < ends; at++) {
      const id = messages[at]?.toolCallId ?? null;
      if (id !== null) answered.add(id);
    }
    for (let at = index + 1; at < ends; at++) {
      const result = messages[at] as Message;
      if (result.role !== 'tool' || result.toolCallId !== null) continue;
      const free = open.filter(({ call }) => call.id === null || !answered.has(call.id));
      const match = free.find(({ call }) => result.name === null || call.name === result.name) ?? free[0];
      if (match === undefined) continue;
      open.splice(open.indexOf(match), 1);
      const id = match.call.id ?? `call_${index}_${match.position}`;
      answered.add(id);
      if (match.call.id === null) paired[index] = withCallId(paired[index] as Message, match.position, id);
      paired[at] = { ...result, toolCallId: id };
      isInferred = true;
    }
  }
  return { messages: paired.map(named(paired)), isInferred };
}

/** The turn's results end where the next speaker with calls, or a user, begins. */
function turnEnd(messages: readonly Message[], from: number): number {
  for (let at = from + 1; at < messages.length; at++) {
    const message = messages[at] as Message;
    if (message.role === 'user' || message.toolCalls.length > 0) return at;
  }
  return messages.length;
}

function withCallId(message: Message, position: number, id: string): Message {
  return {
    ...message,
    toolCalls: message.toolCalls.map((call, at): ToolCall => (at === position ? { ...call, id } : call)),
  };
}

/** A result without the tool's name gets it from its call. */
function named(messages: readonly Message[]): (message: Message) => Message {
  const names = new Map<string, string>();
  for (const message of messages) {
    for (const call of message.toolCalls) if (call.id !== null) names.set(call.id, call.name);
  }
  return (message) => {
    if (message.role !== 'tool' || message.name !== null || message.toolCallId === null) return message;
    const name = names.get(message.toolCallId);
    return name === undefined ? message : { ...message, name };
  };
}
