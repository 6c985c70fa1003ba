import { isJsonObject, type Json } from '../model/json.ts';
import type { Message, ModelCall, Run } from '../model/run.ts';
import { messagesFromChat, stringIn, textOfContent } from './chatMessage.ts';
import type { SessionLine } from './claudeCode.ts';
import { usageFrom } from './declaredFacts.ts';
import type { RunEvent } from './events.ts';
import { normalFinishReason } from './finishReason.ts';
import { isoTimeFrom } from './isoTime.ts';
import { endsWithOpenCalls, plainCall } from './runParts.ts';
import { pairToolResults } from './toolResultPairing.ts';

/**
 * Runs of a session file: one a session, further ones for sub-agents and for branches that a rewind left
 * behind (`<session>/<n>`; a branch holds only its own messages, so that nothing is counted twice).
 */
export function claudeCodeRuns(lines: readonly SessionLine[], file: string): readonly RunEvent[] {
  const threads = threadsOf(lines);
  return threads.map(({ id, session, notes, lines: own }) => ({
    type: 'run',
    run: runOf(own, id, session, notes, file),
    records: own.length,
  }));
}

interface Thread {
  readonly id: string;
  readonly session: string;
  readonly notes: readonly string[];
  readonly lines: SessionLine[];
}

function threadsOf(lines: readonly SessionLine[]): readonly Thread[] {
  const byUuid = new Map<string, SessionLine>();
  for (const line of lines) if (line.uuid !== null) byUuid.set(line.uuid, line);
  const sessionOf = joinedSessions(lines, byUuid);
  const placeOf = placesInTree(byUuid, abandonedRoots(lines, byUuid));
  const threads = new Map<string, Thread>();
  const furtherRuns = new Map<string, number>();
  for (const line of lines) {
    const session = sessionOf(line);
    const { root, branch } = placeOf(line);
    const part =
      line.sidechain !== null
        ? `sub ${line.sidechain === 'sidechain' ? (root.uuid ?? '') : line.sidechain}`
        : branch !== null
          ? `branch ${branch.uuid}`
          : 'main';
    const key = `${session}\0${part}`;
    let thread = threads.get(key);
    if (thread === undefined) {
      const isMain = part === 'main';
      const n = isMain ? 1 : (furtherRuns.get(session) ?? 1) + 1;
      if (!isMain) furtherRuns.set(session, n);
      const notes = isMain ? [] : [part.startsWith('sub') ? 'sub-run' : 'abandoned branch'];
      thread = { id: isMain ? session : `${session}/${n}`, session, notes, lines: [] };
      threads.set(key, thread);
    }
    thread.lines.push(line);
  }
  return [...threads.values()];
}

/** A resumed session goes on under a new id: lines whose parents stand in another session join the later. */
function joinedSessions(
  lines: readonly SessionLine[],
  byUuid: ReadonlyMap<string, SessionLine>,
): (line: SessionLine) => string {
  const laterOf = new Map<string, string>();
  const known = lines.find((line) => line.sessionId !== null)?.sessionId ?? 'session';
  const resolve = (session: string): string => {
    let at = session;
    for (let next = laterOf.get(at); next !== undefined; next = laterOf.get(at)) at = next;
    return at;
  };
  for (const line of lines) {
    const parent = line.parentUuid === null ? undefined : byUuid.get(line.parentUuid);
    if (line.sessionId === null || parent?.sessionId === undefined || parent.sessionId === null) continue;
    const from = resolve(parent.sessionId);
    const to = resolve(line.sessionId);
    if (from !== to) laterOf.set(from, to);
  }
  return (line) => resolve(line.sessionId ?? known);
}

interface PlaceInTree {
  readonly root: SessionLine;
  /** First line of the abandoned branch that the line is on. */
  readonly branch: SessionLine | null;
}

/** Remembers every place it has worked out, so that long sessions cost one step a line. */
function placesInTree(
  byUuid: ReadonlyMap<string, SessionLine>,
  abandoned: ReadonlySet<SessionLine>,
): (line: SessionLine) => PlaceInTree {
  const known = new Map<SessionLine, PlaceInTree>();
  return (line) => {
    const path: SessionLine[] = [];
    const onPath = new Set<SessionLine>();
    let at: SessionLine | undefined = line;
    while (at !== undefined && !known.has(at) && !onPath.has(at)) {
      path.push(at);
      onPath.add(at);
      at = at.parentUuid === null ? undefined : byUuid.get(at.parentUuid);
    }
    let place = at === undefined ? undefined : known.get(at);
    for (const next of path.reverse()) {
      const above: PlaceInTree = place ?? { root: next, branch: null };
      const isBranchRoot: boolean = above.branch === null && abandoned.has(next);
      place = isBranchRoot ? { root: above.root, branch: next } : above;
      known.set(next, place);
    }
    return place ?? { root: line, branch: null };
  };
}

/** The line itself first, then its parents up to the root; a circle ends at its second visit. */
function ancestorsOf(line: SessionLine, byUuid: ReadonlyMap<string, SessionLine>): readonly SessionLine[] {
  const chain: SessionLine[] = [];
  const seen = new Set<SessionLine>();
  for (let at: SessionLine | undefined = line; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    chain.push(at);
    at = at.parentUuid === null ? undefined : byUuid.get(at.parentUuid);
  }
  return chain;
}

/**
 * First lines of branches that were left: where several user texts have one parent, all but the one that
 * leads to the last line. Forks of parallel tool calls are no branches, so tool results do not count.
 */
function abandonedRoots(
  lines: readonly SessionLine[],
  byUuid: ReadonlyMap<string, SessionLine>,
): ReadonlySet<SessionLine> {
  const main = lines.filter((line) => line.sidechain === null);
  const last = main.at(-1);
  const kept = new Set(last === undefined ? [] : ancestorsOf(last, byUuid));
  const children = new Map<string, SessionLine[]>();
  for (const line of main) {
    if (line.type !== 'user' || line.isMeta || line.parentUuid === null || holdsToolResult(line)) continue;
    children.set(line.parentUuid, [...(children.get(line.parentUuid) ?? []), line]);
  }
  const abandoned = new Set<SessionLine>();
  for (const siblings of children.values()) {
    if (siblings.length < 2) continue;
    const survivor = siblings.find((line) => kept.has(line)) ?? siblings.at(-1);
    for (const line of siblings) if (line !== survivor) abandoned.add(line);
  }
  return abandoned;
}

function holdsToolResult(line: SessionLine): boolean {
  const content = line.message.content;
  return (
    Array.isArray(content) &&
    (content as readonly Json[]).some((part) => isJsonObject(part) && part.type === 'tool_result')
  );
}

function runOf(
  lines: readonly SessionLine[],
  id: string,
  session: string,
  notes: readonly string[],
  file: string,
): Run {
  const messages: Message[] = [];
  const calls: ModelCall[] = [];
  const callOfAnswer = new Map<string, number>();
  for (const line of lines) {
    if (line.type === 'user') {
      messages.push(...messagesFromChat(line.message));
      continue;
    }
    const answerId = stringIn(line.message, 'id');
    const known = answerId === null ? undefined : callOfAnswer.get(answerId);
    if (line.isApiError) calls.push(failedCall(line, messages.length));
    else if (known === undefined) {
      const at = messages.length;
      messages.push(answerOf(line));
      if (answerId !== null) callOfAnswer.set(answerId, calls.length);
      calls.push(callOf(line, at));
    } else {
      const call = calls[known] as ModelCall;
      const at = call.outputMessage as number;
      messages[at] = joinedAnswers(messages[at] as Message, answerOf(line));
      calls[known] = joinedCalls(call, callOf(line, at));
    }
  }
  const times = lines.map((line) => isoTimeFrom(line.timestamp ?? undefined)).filter((time) => time !== null);
  const startedAt = times.length === 0 ? null : times.reduce((a, b) => (a < b ? a : b));
  const endedAt = times.length === 0 ? null : times.reduce((a, b) => (a > b ? a : b));
  const paired = pairToolResults(messages).messages;
  return {
    id,
    session,
    file,
    line: lines[0]?.line ?? 0,
    format: 'claude-code',
    startedAt,
    durationMs: startedAt === null || endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt),
    model: calls.find((call) => call.model !== null)?.model ?? null,
    costUsd: null,
    outcome: null,
    messages: paired,
    modelCalls: calls,
    toolSets: [],
    notes: endsWithOpenCalls(paired) ? [...notes, 'incomplete'] : notes,
  };
}

function answerOf(line: SessionLine): Message {
  const found = messagesFromChat({ ...line.message, role: 'assistant' });
  return found.find((message) => message.role === 'assistant') ?? emptyAnswer;
}

const emptyAnswer: Message = {
  role: 'assistant',
  name: null,
  text: '',
  toolCalls: [],
  toolCallId: null,
  isError: null,
  isTruncated: false,
};

/** Each content block of one answer is a line of its own, with the same message id and the same usage. */
function joinedAnswers(first: Message, next: Message): Message {
  return {
    ...first,
    text: first.text === '' || next.text === '' ? first.text + next.text : `${first.text}\n${next.text}`,
    toolCalls: [...first.toolCalls, ...next.toolCalls],
  };
}

function callOf(line: SessionLine, at: number): ModelCall {
  const { message } = line;
  const usage = usageFrom(message.usage);
  const word = stringIn(message, 'stop_reason');
  const model = stringIn(message, 'model');
  return {
    ...plainCall(at, at),
    model: model === '<synthetic>' ? null : model,
    startedAt: isoTimeFrom(line.timestamp ?? undefined),
    inputTokens: usage.inputTokens,
    // A snapshot from the start of the stream unless the message is finished.
    outputTokens: word === null ? null : usage.outputTokens,
    finishReason: normalFinishReason(word, false),
    finishReasonText: word,
  };
}

/** The usage of one answer is repeated on its lines: take it once, the output figure from the last. */
function joinedCalls(first: ModelCall, next: ModelCall): ModelCall {
  return {
    ...first,
    inputTokens: first.inputTokens ?? next.inputTokens,
    outputTokens: next.outputTokens ?? first.outputTokens,
    finishReason: next.finishReason ?? first.finishReason,
    finishReasonText: next.finishReasonText ?? first.finishReasonText,
  };
}

function failedCall(line: SessionLine, inputMessages: number): ModelCall {
  const message = textOfContent(line.message.content ?? '');
  const status = /\b([45]\d\d)\b/.exec(message)?.[1];
  return {
    ...plainCall(inputMessages, null),
    startedAt: isoTimeFrom(line.timestamp ?? undefined),
    finishReason: 'error',
    error: { status: status === undefined ? null : Number(status), code: null, message },
  };
}
