import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { CallError, ModelCall, Outcome } from '../model/run.ts';
import { normalFinishReason } from './finishReason.ts';
import type { GenAiContent } from './genAiContent.ts';
import { isoFromMs } from './isoTime.ts';
import type { OtlpEvent, OtlpSpan } from './otlpEnvelope.ts';
import { countFrom } from './runParts.ts';

export type GenAiSpanKind = 'model-call' | 'tool' | 'agent' | 'embeddings' | 'other';

/** What a span stands for. Before 1.27 the operation's name was not recorded. */
export function kindOfSpan({ attributes }: OtlpSpan): GenAiSpanKind {
  const operation = attributes.get('gen_ai.operation.name');
  switch (operation) {
    case 'chat':
    case 'generate_content':
    case 'text_completion':
      return 'model-call';
    case 'embeddings':
    case 'retrieval':
      return 'embeddings';
    case 'execute_tool':
      return 'tool';
    case 'create_agent':
    case 'invoke_agent':
    case 'invoke_workflow':
      return 'agent';
  }
  if (attributes.has('gen_ai.tool.name')) return 'tool';
  const marks = [
    'gen_ai.request.model',
    'gen_ai.response.model',
    'gen_ai.prompt',
    'gen_ai.usage.prompt_tokens',
  ];
  if (operation === undefined && marks.some((key) => attributes.has(key))) return 'model-call';
  return attributes.has('gen_ai.agent.name') ? 'agent' : 'other';
}

export type CallFacts = Omit<ModelCall, 'inputMessages' | 'outputMessage' | 'toolSet'>;

/** Everything about a call beside its content. Input tokens include cached ones, as the conventions ask. */
export function callFactsOf(span: OtlpSpan, content: GenAiContent): CallFacts {
  const { attributes } = span;
  const reasons = attributes.get('gen_ai.response.finish_reasons');
  const first = Array.isArray(reasons) ? reasons[0] : reasons;
  const word = content.finishReasonText ?? (typeof first === 'string' ? first : null);
  const error = spanError(span);
  const normal = normalFinishReason(word, (content.output?.toolCalls.length ?? 0) > 0);
  return {
    model: text(attributes, 'gen_ai.request.model') ?? text(attributes, 'gen_ai.response.model'),
    parameters: parametersOf(attributes),
    startedAt: span.startMs === null ? null : isoFromMs(span.startMs),
    durationMs: span.startMs === null || span.endMs === null ? null : Math.max(0, span.endMs - span.startMs),
    inputTokens:
      countFrom(attributes.get('gen_ai.usage.input_tokens')) ??
      countFrom(attributes.get('gen_ai.usage.prompt_tokens')),
    outputTokens:
      countFrom(attributes.get('gen_ai.usage.output_tokens')) ??
      countFrom(attributes.get('gen_ai.usage.completion_tokens')),
    finishReason: error !== null && normal === null ? 'error' : normal,
    finishReasonText: word,
    error,
  };
}

const parameterNames: readonly (readonly [string, string])[] = [
  ['temperature', 'temperature'],
  ['top_p', 'top_p'],
  ['top_k', 'top_k'],
  ['max_tokens', 'max_tokens'],
  ['seed', 'seed'],
  ['stop_sequences', 'stop'],
  ['frequency_penalty', 'frequency_penalty'],
  ['presence_penalty', 'presence_penalty'],
  ['choice.count', 'n'],
];

function parametersOf(attributes: ReadonlyMap<string, Json>): JsonObject {
  return Object.fromEntries(
    parameterNames.flatMap(([recorded, name]) => {
      const value = attributes.get(`gen_ai.request.${recorded}`);
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );
}

/** Status 2, `error.type` or an `exception` event with error status. Null for a span that did not fail. */
export function spanError(span: OtlpSpan): CallError | null {
  const type = text(span.attributes, 'error.type');
  if (span.status !== 'error' && type === null) return null;
  const exception = span.events.find((event) => event.name === 'exception')?.attributes;
  const status = span.attributes.get('http.response.status_code') ?? span.attributes.get('http.status_code');
  const numeric = countFrom(status) ?? (type !== null && /^[45]\d\d$/.test(type) ? Number(type) : null);
  const code = type ?? (exception === undefined ? null : text(exception, 'exception.type'));
  const said = exception === undefined ? null : text(exception, 'exception.message');
  return {
    status: numeric,
    code,
    message: firstText(span.statusMessage, said, code) ?? 'error without a message',
  };
}

function firstText(...candidates: readonly (string | null)[]): string | null {
  return candidates.find((candidate) => candidate !== null && candidate !== '') ?? null;
}

const passingLabels = new Set([
  'pass',
  'passed',
  'correct',
  'true',
  'yes',
  'success',
  'succeeded',
  'relevant',
]);
const failingLabels = new Set([
  'fail',
  'failed',
  'incorrect',
  'false',
  'no',
  'failure',
  'error',
  'not_relevant',
  'irrelevant',
]);

/**
 * Outcome of a `gen_ai.evaluation.result`. A label decides; a score alone decides only at 0 and 1, since
 * the conventions carry no pass mark. Null when neither says passed or failed.
 */
export function evaluationOutcome(event: OtlpEvent): Outcome | null {
  const body = isJsonObject(event.body) ? event.body : {};
  const read = (key: string): Json | undefined => event.attributes.get(key) ?? body[key];
  const score = read('gen_ai.evaluation.score.value');
  const given = read('gen_ai.evaluation.score.label');
  const label = typeof given === 'string' ? given.toLowerCase() : '';
  const name = read('gen_ai.evaluation.name');
  const number = typeof score === 'number' ? score : null;
  const byLabel = passingLabels.has(label) ? true : failingLabels.has(label) ? false : null;
  const passed = byLabel ?? (number === 1 ? true : number === 0 ? false : null);
  if (passed === null) return null;
  const source = typeof name === 'string' ? `gen_ai.evaluation.result ${name}` : 'gen_ai.evaluation.result';
  return { passed, score: number, source };
}

export function text(attributes: ReadonlyMap<string, Json>, key: string): string | null {
  const value = attributes.get(key);
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : null;
}
