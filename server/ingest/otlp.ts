import type { Message } from '../model/run.ts';
import type { SkippedEvent } from './events.ts';
import {
  type GenAiContent,
  genAiContentOf,
  isContentEvent,
  joinedContent,
  noContent,
} from './genAiContent.ts';
import { evaluationOutcome, kindOfSpan } from './genAiSpan.ts';
import {
  isOtlpEnvelope,
  type OtlpEvent,
  type OtlpLog,
  type OtlpSpan,
  otlpContentsOf,
} from './otlpEnvelope.ts';
import { runsOfTrace, type TraceSpan } from './otlpTrace.ts';
import {
  type AssemblyEvent,
  recordProblem,
  skipped,
  type TraceFormat,
  type TraceRecord,
} from './traceFormat.ts';

const evaluationEvent = 'gen_ai.evaluation.result';

/**
 * OTLP JSON with OpenTelemetry's GenAI attributes in their three generations. A record is a span or a log
 * record; spans of a trace may be spread over the file, so runs are given at its end. Messages are read
 * when a span arrives and kept once each, since every call of an agent repeats its history.
 */
export const otlp: TraceFormat = {
  id: 'otlp',
  title: 'OpenTelemetry (OTLP JSON)',
  recognises: isOtlpEnvelope,
  assembler({ file }) {
    const traces = new Map<string, Map<string, TraceSpan>>();
    const logs: OtlpLog[] = [];
    const skips = new Map<string, number>();
    const keepOnce = messagePool();
    const skip = (reason: string, count = 1): void => {
      skips.set(reason, (skips.get(reason) ?? 0) + count);
    };

    function addSpan(span: OtlpSpan, line: number): void {
      const spans = traces.get(span.traceId) ?? new Map<string, TraceSpan>();
      traces.set(span.traceId, spans);
      const known = spans.get(span.spanId);
      if (known !== undefined) skip('duplicate');
      if (known !== undefined && (known.span.endMs ?? 0) >= (span.endMs ?? 0)) return;
      const kind = kindOfSpan(span);
      const mayHoldContent = kind === 'model-call' || kind === 'agent';
      const content = mayHoldContent ? keepOnce(genAiContentOf(span.attributes, span.events)) : noContent;
      spans.set(span.spanId, { span: withoutContent(span), kind, content, line: known?.line ?? line });
    }

    function addRecord(record: TraceRecord): readonly AssemblyEvent[] {
      if (!isOtlpEnvelope(record.value)) {
        return [recordProblem(file, record, 'unexpected-shape', 'The record is no OTLP envelope.')];
      }
      const problems: AssemblyEvent[] = [];
      const contents = otlpContentsOf(record.value);
      for (const span of contents.spans) {
        if (span !== null) addSpan(span, record.line);
        else
          problems.push(recordProblem(file, record, 'unexpected-shape', 'A span has no trace or span id.'));
      }
      for (const log of contents.logs) {
        if (log === null)
          problems.push(recordProblem(file, record, 'unexpected-shape', 'A log record is no object.'));
        else if (isContentEvent(log.name) || log.name === evaluationEvent) logs.push(log);
        else skip('not-a-message-event');
      }
      if (contents.metrics > 0) skip('metrics', contents.metrics);
      if (contents.spans.length + contents.logs.length + contents.metrics === 0) skip('empty-envelope');
      return problems;
    }

    function finish(): readonly AssemblyEvent[] {
      const events: AssemblyEvent[] = [];
      const joined = joinLogs(logs, traces, keepOnce);
      if (joined.lost > 0) skip('log-without-span', joined.lost);
      for (const [id, byId] of traces) {
        const spans = [...byId.values()];
        const outcomes = [
          ...spans.flatMap(({ span }) => span.events.map((event) => ({ spanId: span.spanId, event }))),
          ...(joined.evaluations.get(id) ?? []),
        ].flatMap(({ spanId, event }) => {
          const outcome = event.name === evaluationEvent ? evaluationOutcome(event) : null;
          return outcome === null ? [] : [{ spanId, outcome }];
        });
        const runs = runsOfTrace({ id, spans, outcomes, logs: joined.counts.get(id) ?? 0 }, file);
        events.push(...runs);
        const embeddings = spans.filter(({ kind }) => kind === 'embeddings').length;
        if (embeddings > 0) skip('embeddings', embeddings);
        const others = spans.length - embeddings;
        const unused = runs.length > 0 ? spans.filter(({ kind }) => kind === 'other').length : others;
        if (unused > 0) skip('not-a-model-call', unused);
        if (runs.length === 0) skip('log-without-span', joined.counts.get(id) ?? 0);
      }
      const skippedRecords: SkippedEvent[] = [...skips]
        .filter(([, count]) => count > 0)
        .map(([reason, count]) => skipped(reason, count));
      return [...events, ...skippedRecords];
    }
    return { add: addRecord, finish };
  },
};

/** Log records carry the content of the span whose ids they have. */
function joinLogs(
  logs: readonly OtlpLog[],
  traces: ReadonlyMap<string, Map<string, TraceSpan>>,
  keepOnce: (content: GenAiContent) => GenAiContent,
) {
  const counts = new Map<string, number>();
  const evaluations = new Map<string, { spanId: string | null; event: OtlpEvent }[]>();
  let lost = 0;
  for (const log of logs) {
    const spans = log.traceId === null ? undefined : traces.get(log.traceId);
    const one = spans?.get(log.spanId ?? '');
    const isEvaluation = log.name === evaluationEvent;
    if (log.traceId === null || spans === undefined || (one === undefined && !isEvaluation)) {
      lost++;
      continue;
    }
    counts.set(log.traceId, (counts.get(log.traceId) ?? 0) + 1);
    if (isEvaluation) {
      const known = evaluations.get(log.traceId) ?? [];
      known.push({ spanId: log.spanId, event: log });
      evaluations.set(log.traceId, known);
    } else if (one !== undefined) {
      const content = joinedContent(one.content, keepOnce(genAiContentOf(new Map(), [log])));
      spans.set(one.span.spanId, { ...one, content });
    }
  }
  return { counts, evaluations, lost };
}

const contentKeys =
  /^gen_ai\.(?:prompt|completion|input\.messages|output\.messages|system_instructions|tool\.definitions)$|^(?:input|output)$/;

/** Drops what has been read already, so that repeated histories are not held in memory. */
function withoutContent(span: OtlpSpan): OtlpSpan {
  const attributes = new Map([...span.attributes].filter(([key]) => !contentKeys.test(key)));
  return { ...span, attributes, events: span.events.filter((event) => !isContentEvent(event.name)) };
}

function messagePool(): (content: GenAiContent) => GenAiContent {
  const pool = new Map<string, Message>();
  const once = (message: Message): Message => {
    const key = JSON.stringify(message);
    const known = pool.get(key);
    if (known !== undefined) return known;
    pool.set(key, message);
    return message;
  };
  return (content) => ({
    ...content,
    input: content.input.map(once),
    output: content.output === null ? null : once(content.output),
  });
}
