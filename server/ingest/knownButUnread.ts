import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/** A format that is told by its keys but has no reader yet: the answer is its name, never a guess. */
export interface UnreadFormat {
  readonly title: string;
  readonly recognises: (record: Json) => boolean;
}

function row(title: string, recognises: (record: JsonObject) => boolean): UnreadFormat {
  return { title, recognises: (record) => isJsonObject(record) && recognises(record) };
}

function has(record: JsonObject, ...keys: readonly string[]): boolean {
  return keys.every((key) => key in record);
}

function objectIn(record: JsonObject, key: string): JsonObject {
  const value = record[key];
  return isJsonObject(value) ? value : {};
}

function itemIn(record: JsonObject, key: string): JsonObject {
  const value = record[key];
  const first = Array.isArray(value) ? (value[0] as Json | undefined) : undefined;
  return isJsonObject(first) ? first : {};
}

function oneOf(value: Json | undefined, ...words: readonly string[]): boolean {
  return typeof value === 'string' && words.includes(value);
}

/** Rows of the decision list between OTLP and tau-bench, in its order. */
export const unreadBeforeTauBench: readonly UnreadFormat[] = [
  row('UniTF', (r) => has(r, 'unitf_version')),
  row('ATIF', (r) => typeof r.schema_version === 'string' && /^ATIF-v\d/.test(r.schema_version)),
  row('Langfuse', (r) => isJsonObject(r.trace ?? null) && Array.isArray(r.observations)),
  row(
    'Langfuse export',
    (r) => has(r, 'trace_id', 'parent_observation_id') || has(r, 'trace_id', 'provided_model_name'),
  ),
  row(
    'LangSmith',
    (r) =>
      has(r, 'run_type') &&
      ['dotted_order', 'trace_id', 'child_runs', 'parent_run_id'].some((key) => key in r),
  ),
  row('OpenAI Agents SDK', (r) => oneOf(r.object, 'trace', 'trace.span')),
  row('MLflow', (r) => has(r, 'info') && Array.isArray(objectIn(r, 'data').spans)),
  row(
    'Phoenix',
    (r) => has(r, 'span_kind', 'status_code') && has(objectIn(r, 'context'), 'trace_id', 'span_id'),
  ),
  row('tau2-bench', (r) => Array.isArray(r.simulations) && Array.isArray(r.tasks)),
];

/** Rows between tau-bench and Claude Code. */
export const unreadBeforeClaudeCode: readonly UnreadFormat[] = [
  row('Inspect', (r) => has(r, 'version', 'status') && has(objectIn(r, 'eval'), 'task', 'model')),
  row(
    'SWE-agent',
    (r) =>
      Array.isArray(r.history) &&
      (Array.isArray(r.trajectory) ||
        has(objectIn(r, 'info'), 'exit_status') ||
        (has(itemIn(r, 'history'), 'agent') &&
          ['message_type', 'thought'].some((key) => key in itemIn(r, 'history')))),
  ),
  row('VCR cassette', (r) => has(objectIn(itemIn(r, 'interactions'), 'request'), 'uri')),
  row(
    'Codex',
    (r) =>
      has(r, 'payload', 'timestamp') &&
      oneOf(r.type, 'session_meta', 'turn_context', 'response_item', 'event_msg', 'compacted'),
  ),
];

/** Rows between Claude Code and generic messages, then formats nobody plans to read. */
export const unreadBeforeMessages: readonly UnreadFormat[] = [
  row(
    'Copilot transcript',
    (r) => typeof r.type === 'string' && r.type.includes('.') && has(r, 'data', 'id', 'timestamp'),
  ),
  row('VS Code chat session', (r) => typeof r.kind === 'number' && (has(r, 'v') || has(r, 'k'))),
  row(
    'exported VS Code chat',
    (r) => Array.isArray(r.requests) && (has(r, 'requesterUsername') || has(r, 'responderUsername')),
  ),
  row('VS Code debug log', (r) => has(r, 'ts', 'sid', 'spanId', 'attrs')),
  row(
    'OpenTelemetry JavaScript span dump',
    (r) =>
      (has(r, 'spanContext') || has(r, '_spanContext')) && Array.isArray(r.startTime) && has(r, 'attributes'),
  ),
  row(
    'batch log',
    (r) =>
      has(r, 'custom_id') &&
      (has(objectIn(r, 'response'), 'status_code') ||
        has(r, 'method', 'url', 'body') ||
        has(objectIn(r, 'result'), 'type')),
  ),
  row('OpenAI Responses', (r) => r.object === 'response' || objectIn(r, 'response').object === 'response'),
  row('OpenAI stream', (r) => r.object === 'chat.completion.chunk'),
  row('Braintrust', (r) => has(r, 'span_id', 'root_span_id', 'span_attributes')),
  row('W&B Weave', (r) => has(r, 'op_name', 'trace_id', 'started_at')),
  row(
    'Pydantic Logfire',
    (r) => has(r, 'span_name') && Object.keys(r).some((key) => key.startsWith('otel_')),
  ),
  row('Jaeger', (r) => has(r, 'traceID') && has(itemIn(r, 'spans'), 'operationName')),
  row('Zipkin', (r) => has(r, 'traceId', 'id', 'localEndpoint')),
];
