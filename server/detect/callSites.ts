import type { Message, Run, ToolCall } from '../model/run.ts';

/** A tool call where it stands, with the message that answered it. */
export interface CallSite {
  /** Index of the assistant message that made the call. */
  readonly message: number;
  /** Position of the call inside that message. */
  readonly index: number;
  readonly call: ToolCall;
  /** Index of the tool message; null when the record holds no answer. */
  readonly result: number | null;
}

/**
 * All calls of a run in order. A result belongs to the nearest earlier call of its id (ids repeat in
 * some records); a result without an id to the first unanswered call of the message before it.
 */
export function callSites(run: Run): readonly CallSite[] {
  const sites: (CallSite & { result: number | null })[] = [];
  const byId = new Map<string, number>();
  let open: number[] = [];
  run.messages.forEach((message, messageIndex) => {
    if (message.toolCalls.length > 0) {
      open = [];
      message.toolCalls.forEach((call, index) => {
        if (call.id !== null) byId.set(call.id, sites.length);
        open.push(sites.length);
        sites.push({ message: messageIndex, index, call, result: null });
      });
    } else if (message.role === 'tool') {
      const answered = answeredSite(message, byId, open, sites);
      const site = answered === null ? undefined : sites[answered];
      if (site !== undefined && site.result === null) site.result = messageIndex;
    }
  });
  return sites;
}

function answeredSite(
  message: Message,
  byId: ReadonlyMap<string, number>,
  open: readonly number[],
  sites: readonly CallSite[],
): number | null {
  if (message.toolCallId !== null) return byId.get(message.toolCallId) ?? null;
  const free = open.filter((at) => sites[at]?.result === null && sites[at]?.call.id === null);
  const named = free.find((at) => message.name !== null && sites[at]?.call.name === message.name);
  return named ?? free[0] ?? null;
}
