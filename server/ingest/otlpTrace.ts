import type { Json } from '../model/json.ts';
import type { Message, Outcome, Run } from '../model/run.ts';
import { plainMessage, textOfContent } from './chatMessage.ts';
import { type Conversation, conversationCollector, type RecordedCall } from './conversations.ts';
import type { RunEvent } from './events.ts';
import type { GenAiContent } from './genAiContent.ts';
import { callFactsOf, type GenAiSpanKind, spanError, text } from './genAiSpan.ts';
import { isoFromMs } from './isoTime.ts';
import type { OtlpSpan } from './otlpEnvelope.ts';
import { endsWithOpenCalls, toolSetCollector } from './runParts.ts';
import { toolCallFrom } from './toolCall.ts';
import { pairToolResults } from './toolResultPairing.ts';

export interface TraceSpan {
  readonly span: OtlpSpan;
  readonly kind: GenAiSpanKind;
  readonly content: GenAiContent;
  readonly line: number;
}

export interface Trace {
  readonly id: string;
  readonly spans: readonly TraceSpan[];
  /** Evaluation results by the span that they judge; null for the trace itself. */
  readonly outcomes: readonly { readonly spanId: string | null; readonly outcome: Outcome }[];
  /** Log records that were joined to the trace. */
  readonly logs: number;
}

interface SpanCall extends RecordedCall {
  readonly source: TraceSpan;
}

/**
 * Runs of one trace: the conversation of its first call under the trace's id, and one for every
 * conversation that does not continue it, `<traceId>/<n>`. Spans that are no part of any model's work are
 * not counted here. Empty when the trace holds no model call.
 */
export function runsOfTrace(trace: Trace, file: string): readonly RunEvent[] {
  const bySpanId = new Map(trace.spans.map((one) => [one.span.spanId, one]));
  const ordered = orderedSpans(trace.spans, bySpanId);
  const calls = innermostCalls(ordered, bySpanId);
  if (calls.length === 0) return [];
  const collector = conversationCollector<SpanCall>();
  let last: Conversation<SpanCall> | null = null;
  for (const source of calls) {
    const { content, span } = source;
    const call: SpanCall = {
      input: pairToolResults(content.input).messages,
      output: content.output,
      tools: content.tools,
      facts: callFactsOf(span, content),
      source,
    };
    if (last !== null && call.input.length === 0) collector.append(last, call);
    else last = collector.add(call);
  }
  const isIncomplete = !trace.spans.some((one) => one.span.parentSpanId === null);
  const toolSpans = ordered.filter((one) => one.kind === 'tool');
  const counted = trace.spans.filter((one) => one.kind !== 'other' && one.kind !== 'embeddings').length;
  const furtherCalls = collector.all.slice(1).reduce((sum, one) => sum + one.calls.length, 0);
  const unused = new Set(toolSpans);
  return collector.all.map((conversation, index) => {
    const isMain = index === 0;
    const ids = new Set(conversation.calls.map(({ call }) => call.source.span.spanId));
    const judged = trace.outcomes.filter(
      ({ spanId }) => ids.has(spanId ?? '') || (isMain && !isElse(spanId)),
    );
    const run = runOf(conversation, trace, ordered, file, index, unused, collector.all[0]);
    const notes = isIncomplete && isMain ? [...new Set([...run.notes, 'incomplete'])] : run.notes;
    return {
      type: 'run',
      run: { ...run, notes, outcome: worstOutcome(judged.map(({ outcome }) => outcome)) },
      records: isMain ? counted - furtherCalls + trace.logs : conversation.calls.length,
    };
  });

  /** True when the span is a call of a further conversation. */
  function isElse(spanId: string | null): boolean {
    return collector.all
      .slice(1)
      .some((other) => other.calls.some(({ call }) => call.source.span.spanId === spanId));
  }
}

/** By start, then by depth: a parent may begin in the same tick as its child. */
function orderedSpans(
  spans: readonly TraceSpan[],
  bySpanId: ReadonlyMap<string, TraceSpan>,
): readonly TraceSpan[] {
  const depths = new Map(spans.map((one) => [one, ancestorsOf(one, bySpanId).length]));
  return spans.toSorted(
    (a, b) => (a.span.startMs ?? 0) - (b.span.startMs ?? 0) || (depths.get(a) ?? 0) - (depths.get(b) ?? 0),
  );
}

function ancestorsOf(one: TraceSpan, bySpanId: ReadonlyMap<string, TraceSpan>): readonly TraceSpan[] {
  const chain: TraceSpan[] = [];
  let at = one.span.parentSpanId === null ? undefined : bySpanId.get(one.span.parentSpanId);
  while (at !== undefined && at !== one && !chain.includes(at) && chain.length < 1000) {
    chain.push(at);
    at = at.span.parentSpanId === null ? undefined : bySpanId.get(at.span.parentSpanId);
  }
  return chain;
}

/**
 * One span a request: frameworks wrap the provider's span in their own, so a call span above another one
 * is dropped, unless a tool or an agent stands between them. A wrapper's content serves a bare inner span.
 */
function innermostCalls(
  ordered: readonly TraceSpan[],
  bySpanId: ReadonlyMap<string, TraceSpan>,
): readonly TraceSpan[] {
  const wrapperOf = new Map<TraceSpan, TraceSpan>();
  const innerCount = new Map<TraceSpan, number>();
  for (const one of ordered) {
    if (one.kind !== 'model-call') continue;
    for (const above of ancestorsOf(one, bySpanId)) {
      if (above.kind === 'tool' || above.kind === 'agent') break;
      if (above.kind !== 'model-call') continue;
      wrapperOf.set(one, above);
      innerCount.set(above, (innerCount.get(above) ?? 0) + 1);
    }
  }
  const inner = ordered.filter((one) => one.kind === 'model-call' && !innerCount.has(one));
  if (inner.length === 0)
    return ordered.filter((one) => one.kind === 'agent' && hasContent(one.content)).slice(0, 1);
  return inner.map((one) => {
    const wrapper = wrapperOf.get(one);
    const takesContent = wrapper !== undefined && !hasContent(one.content) && innerCount.get(wrapper) === 1;
    return takesContent ? { ...one, content: wrapper.content } : one;
  });
}

function hasContent(content: GenAiContent): boolean {
  return content.input.length > 0 || content.output !== null;
}

function runOf(
  conversation: Conversation<SpanCall>,
  trace: Trace,
  ordered: readonly TraceSpan[],
  file: string,
  index: number,
  unusedToolSpans: Set<TraceSpan>,
  main: Conversation<SpanCall> | undefined,
): Run {
  const isMain = index === 0;
  const sources = conversation.calls.map(({ call }) => call.source);
  const own = isMain ? ordered : sources;
  const starts = own.flatMap(({ span }) => span.startMs ?? []);
  const ends = own.flatMap(({ span }) => span.endMs ?? span.startMs ?? []);
  const startMs = starts.length === 0 ? null : starts.reduce((a, b) => Math.min(a, b));
  const endMs = ends.length === 0 ? null : ends.reduce((a, b) => Math.max(a, b));
  const toolSets = toolSetCollector();
  const hasMessages = conversation.messages.length > 0;
  const messages = withToolSpans(conversation.messages, unusedToolSpans, isMain && !hasMessages);
  const modelCalls = conversation.calls.map(({ call, inputMessages, outputMessage }) => ({
    ...call.facts,
    inputMessages,
    outputMessage,
    toolSet: toolSets.indexOf(call.tools),
  }));
  const session = own.map(({ span }) => sessionOf(span)).find((id) => id !== null) ?? null;
  const id = isMain ? trace.id : `${trace.id}/${index + 1}`;
  const sameInstructions = systemText(conversation.messages) === systemText(main?.messages ?? []);
  const isCut =
    conversation.messages.some((message) => message.isTruncated) ||
    sources.some(({ span }) => span.hasDropped);
  const notes = [
    ...(isMain ? [] : [sameInstructions ? 'history not continued' : 'sub-run']),
    ...(endsWithOpenCalls(messages) ? ['incomplete'] : []),
    ...(isCut ? ['truncated by the recorder'] : []),
    ...(hasMessages
      ? []
      : [sources.some(({ content }) => content.isElsewhere) ? contentElsewhere : contentOff]),
  ];
  return {
    id,
    session: session ?? trace.id,
    file,
    line: own.reduce((line, one) => Math.min(line, one.line), own[0]?.line ?? 0),
    format: 'otlp',
    startedAt: startMs === null ? null : isoFromMs(startMs),
    durationMs: startMs === null || endMs === null ? null : Math.max(0, endMs - startMs),
    model: modelCalls.find((call) => call.model !== null)?.model ?? null,
    costUsd: null,
    outcome: null,
    messages,
    modelCalls,
    toolSets: toolSets.sets,
    notes,
  };
}

const contentElsewhere = 'content stored elsewhere';
const contentOff =
  'content not captured: this exporter records no prompts (OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT turns it on)';

function sessionOf({ attributes }: OtlpSpan): string | null {
  return text(attributes, 'gen_ai.conversation.id') ?? text(attributes, 'session.id');
}

function systemText(messages: readonly Message[]): string {
  const first = messages[0];
  return first?.role === 'system' || first?.role === 'developer' ? first.text.trim() : '';
}

/**
 * What tool spans add to the messages: whether a result was an error, and results that no later call
 * carried. With `mayStandIn`, in a run whose content was off, the spans themselves become the calls.
 */
function withToolSpans(
  recorded: readonly Message[],
  unused: Set<TraceSpan>,
  mayStandIn: boolean,
): readonly Message[] {
  const messages = [...recorded];
  for (const one of [...unused]) {
    const { span } = one;
    const callId = text(span.attributes, 'gen_ai.tool.call.id');
    const name = text(span.attributes, 'gen_ai.tool.name');
    const match = openCallFor(messages, callId, name);
    if (match === null) {
      if (!mayStandIn || name === null) continue;
      unused.delete(one);
      const id = callId ?? span.spanId;
      const call = toolCallFrom(id, name, span.attributes.get('gen_ai.tool.call.arguments'));
      messages.push({ ...plainMessage('assistant', ''), toolCalls: [call] }, resultOf(span, id, name));
      continue;
    }
    unused.delete(one);
    const result = resultOf(span, match.id, match.name);
    if (match.resultAt === null) messages.push(result);
    else {
      const known = messages[match.resultAt] as Message;
      messages[match.resultAt] = { ...known, isError: result.isError ?? known.isError };
    }
  }
  return messages;
}

interface MatchedCall {
  readonly id: string;
  readonly name: string;
  /** Where its result stands; null when it has none and the call is in the last turn. */
  readonly resultAt: number | null;
}

function openCallFor(
  messages: readonly Message[],
  id: string | null,
  name: string | null,
): MatchedCall | null {
  const lastTurn = messages.findLastIndex((message) => message.role === 'assistant');
  for (const [at, message] of messages.entries()) {
    for (const call of message.toolCalls) {
      if (call.id === null) continue;
      const resultAt = messages.findIndex(
        (one, i) => i > at && one.role === 'tool' && one.toolCallId === call.id,
      );
      if (resultAt === -1 && at !== lastTurn) continue;
      const isUnjudged = resultAt === -1 || messages[resultAt]?.isError === null;
      if (id === null ? call.name === name && isUnjudged : call.id === id) {
        return { id: call.id, name: call.name, resultAt: resultAt === -1 ? null : resultAt };
      }
    }
  }
  return null;
}

function resultOf(span: OtlpSpan, id: string, name: string): Message {
  const error = spanError(span);
  const recorded: Json = span.attributes.get('gen_ai.tool.call.result') ?? null;
  const said = recorded === null ? (error?.message ?? '') : textOfContent(recorded);
  return {
    ...plainMessage('tool', said),
    name,
    toolCallId: id,
    // Many instrumentations say OK on every normal return, so OK is no word on the result itself.
    isError: error === null ? null : true,
  };
}

/** A run that failed one of its evaluations failed. */
function worstOutcome(outcomes: readonly Outcome[]): Outcome | null {
  return outcomes.find((outcome) => !outcome.passed) ?? outcomes[0] ?? null;
}
