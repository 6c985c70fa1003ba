import fc from 'fast-check';
import type { Failure } from '../../../server/model/failure.ts';
import type { Json, JsonObject } from '../../../server/model/json.ts';
import type { Message, ModelCall, Run, ToolCall, ToolDefinition } from '../../../server/model/run.ts';

/** Any string a trace may hold: empty, control characters, lone surrogates, longer than the sharing bound. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '\0',
    'a\0b',
    '\ud800',
    'x\udfff',
    '\ufdd0',
    '\ufdd0"a"',
    '/',
    ',',
    "'; DROP TABLE runs",
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ minLength: 200, maxLength: 260 }),
);

const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(value, { nil: null });

const count = fc.nat({ max: 1_000_000 });

/** JSON text knows no negative zero; the store keeps 0 for it. */
const json: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

const jsonObject: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.string({ maxLength: 6 }), json, { maxKeys: 4, noNullPrototype: true })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

const toolCall: fc.Arbitrary<ToolCall> = fc.oneof(
  fc.record({ id: maybe(anyText), name: anyText, value: json }).map(({ id, name, value }) => ({
    id,
    name,
    argumentsText: JSON.stringify(value),
    arguments: value,
    argumentsValid: true,
  })),
  fc.record({ id: maybe(anyText), name: anyText, text: anyText }).map(({ id, name, text }) => ({
    id,
    name,
    argumentsText: `{${text}`,
    arguments: null,
    argumentsValid: false,
  })),
  // Arguments that their text does not give: a reader repaired them.
  fc.record({
    id: maybe(anyText),
    name: anyText,
    argumentsText: anyText,
    arguments: maybe(json),
    argumentsValid: fc.boolean(),
  }),
);

const message: fc.Arbitrary<Message> = fc.record({
  role: fc.constantFrom('system', 'developer', 'user', 'assistant', 'tool', 'other'),
  name: maybe(anyText),
  text: anyText,
  toolCalls: fc.array(toolCall, { maxLength: 3 }),
  toolCallId: maybe(anyText),
  isError: maybe(fc.boolean()),
  isTruncated: fc.boolean(),
});

const toolDefinition: fc.Arbitrary<ToolDefinition> = fc.record({
  name: anyText,
  description: maybe(anyText),
  parameters: maybe(jsonObject),
  strict: maybe(fc.boolean()),
});

const figure = fc.double({ noNaN: true, noDefaultInfinity: true });

const modelCall: fc.Arbitrary<ModelCall> = fc.record({
  inputMessages: count,
  outputMessage: maybe(count),
  model: maybe(anyText),
  parameters: jsonObject,
  toolSet: maybe(fc.nat({ max: 2 })),
  startedAt: maybe(anyText),
  durationMs: maybe(figure),
  inputTokens: maybe(count),
  outputTokens: maybe(count),
  finishReason: maybe(fc.constantFrom('stop', 'tool_calls', 'length', 'unknown')),
  finishReasonText: maybe(anyText),
  error: maybe(fc.record({ status: maybe(fc.nat({ max: 599 })), code: maybe(anyText), message: anyText })),
});

/** A run of the file `name`, with an id that ends as given. */
export function runArbitrary(name: string, id: string): fc.Arbitrary<Run> {
  return fc.record({
    id: anyText.map((text) => `${text}${id}`),
    session: anyText,
    file: fc.constant(name),
    line: count,
    format: fc.constantFrom('otlp', 'openai-messages', 'tau-bench', 'claude-code'),
    startedAt: maybe(anyText),
    durationMs: maybe(figure),
    model: maybe(anyText),
    costUsd: maybe(figure),
    outcome: maybe(fc.record({ passed: fc.boolean(), score: maybe(figure), source: anyText })),
    messages: fc.array(message, { maxLength: 6 }),
    modelCalls: fc.array(modelCall, { maxLength: 4 }),
    toolSets: fc.array(fc.array(toolDefinition, { maxLength: 3 }), { maxLength: 3 }),
    notes: fc.array(anyText, { maxLength: 2 }),
  });
}

export const failureArbitrary: fc.Arbitrary<Failure> = fc.record({
  kind: fc.constantFrom('tool-error', 'truncated', 'unknown-tool'),
  message: count,
  decision: maybe(count),
  toolCallId: maybe(anyText),
  toolCallIndex: maybe(count),
  tool: maybe(anyText),
  parameter: maybe(anyText),
  evidence: anyText,
  blame: fc.constantFrom('tool', 'prompt', 'environment', 'user', 'unknown'),
  certainty: fc.constantFrom('certain', 'likely', 'hint'),
  signature: anyText,
});
