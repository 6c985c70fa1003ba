import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failuresOfAction } from '../../../server/detect/actionFailures.ts';
import { catalogue, detectorRow } from '../../../server/detect/catalogue.ts';
import { detectFailures } from '../../../server/detect/detectFailures.ts';
import type { Json, JsonObject } from '../../../server/model/json.ts';
import type {
  FinishReason,
  Message,
  ModelCall,
  Role,
  Run,
  ToolCall,
  ToolDefinition,
} from '../../../server/model/run.ts';
import { assistant, call, linking, offering, result, runOf, tool, user } from './runBuilder.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    'Error: x is 3',
    '{"error":null}',
    '{"errors":[{"message":7}]}',
    '{"status":503}',
    'ok',
    '"Error"',
  ),
);
const id = fc.option(fc.constantFrom('c1', 'c2', ''), { nil: null });
const name = fc.oneof(
  fc.constantFrom('get_a', 'set_a', '__proto__', 'constructor', ''),
  fc.string({ maxLength: 8 }),
);
const toolCall: fc.Arbitrary<ToolCall> = fc.oneof(
  fc.record({ id, name, args: fc.jsonValue() }).map(({ id, name, args }) => call(name, args as Json, id)),
  fc.record({
    id,
    name,
    argumentsText: text,
    arguments: fc.constant(null),
    argumentsValid: fc.constant(false),
  }),
);
const message: fc.Arbitrary<Message> = fc.record({
  role: fc.constantFrom<Role>('system', 'developer', 'user', 'assistant', 'tool', 'other'),
  name: fc.option(name, { nil: null }),
  text,
  toolCalls: fc.array(toolCall, { maxLength: 3 }),
  toolCallId: id,
  isError: fc.option(fc.boolean(), { nil: null }),
  isTruncated: fc.boolean(),
});
const schema = fc.oneof(
  fc.constantFrom<JsonObject>(
    { type: 'OBJECT', properties: { a: { type: 'STRING' } }, required: ['a'] },
    { anyOf: [{ type: 'null' }, { oneOf: [{ required: ['a'] }, { minProperties: 2 }] }] },
    { $ref: '#' },
    { properties: { a: { pattern: '(' } } },
  ),
  fc.dictionary(
    fc.constantFrom(
      'type',
      'properties',
      'items',
      'required',
      'enum',
      'anyOf',
      '$ref',
      'minimum',
      'pattern',
      '__proto__',
    ),
    fc.jsonValue() as fc.Arbitrary<Json>,
  ),
);
const definition: fc.Arbitrary<ToolDefinition> = fc.record({
  name,
  description: fc.constant(null),
  parameters: fc.option(schema, { nil: null }),
  strict: fc.constant(null),
});
const index = fc.integer({ min: -1, max: 9 });
const tokens = fc.option(fc.constantFrom(0, 8_100, 128_000), { nil: null });
const modelCall: fc.Arbitrary<ModelCall> = fc.record({
  inputMessages: index,
  outputMessage: fc.option(index, { nil: null }),
  model: fc.option(fc.constantFrom('gpt-4', 'x'), { nil: null }),
  parameters: fc.constantFrom<JsonObject>({}, { max_tokens: 5 }, { max_tokens: 'x' }),
  toolSet: fc.option(index, { nil: null }),
  startedAt: fc.constant(null),
  durationMs: fc.constant(null),
  inputTokens: tokens,
  outputTokens: tokens,
  finishReason: fc.option(fc.constantFrom<FinishReason>('stop', 'length', 'context_overflow', 'error'), {
    nil: null,
  }),
  finishReasonText: fc.option(text, { nil: null }),
  error: fc.option(fc.record({ status: tokens, code: fc.option(text, { nil: null }), message: text }), {
    nil: null,
  }),
});
const anyRun: fc.Arbitrary<Run> = fc
  .record({
    messages: fc.array(message, { maxLength: 8 }),
    modelCalls: fc.array(modelCall, { maxLength: 5 }),
    toolSets: fc.array(fc.array(definition, { maxLength: 3 }), { maxLength: 2 }),
    outcome: fc.option(
      fc.record({ passed: fc.boolean(), score: fc.option(fc.double(), { nil: null }), source: text }),
      { nil: null },
    ),
    notes: fc.array(text, { maxLength: 1 }),
  })
  .map((given) => ({ ...runOf(), ...given }));

const context = linking(tool('get_a', { required: ['a'] }), tool('set_a'));

test('any run gives well-formed failures, the same ones twice, in order', () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const failures = detectFailures(run, context);
      expect(detectFailures(structuredClone(run), context)).toEqual(failures);
      for (const failure of failures) {
        expect(failure.evidence.length).toBeLessThanOrEqual(200);
        expect(failure.evidence + failure.signature).not.toMatch(/[\r\n]/);
        expect(failure.signature).not.toBe('');
      }
      const places = failures.map((failure) => failure.message);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }),
    { numRuns: 400 },
  );
});

test('any answer at any decision can be judged', () => {
  fc.assert(
    fc.property(anyRun, index, message, (run, decision, answer) => {
      expect(failuresOfAction(run, decision, answer, context)).toEqual(
        failuresOfAction(run, decision, answer, context),
      );
    }),
    { numRuns: 200 },
  );
});

test('arguments and schemas nested past the stack are survived', () => {
  let deep: Json = 1;
  for (let i = 0; i < 20_000; i++) deep = [deep];
  const nested: ToolCall = {
    id: null,
    name: 'get_a',
    argumentsText: '[…]',
    arguments: deep,
    argumentsValid: true,
  };
  const run = offering(
    runOf(assistant('', nested), result('A')),
    tool('get_a', { items: deep } as JsonObject),
  );
  expect(detectFailures(run, context)).toEqual([]);
});

test('several kinds at one message come in the order of their names, calls in theirs', () => {
  const run = offering(
    runOf(user('a'), assistant('', call('nope', {}), call('get_a', {}), call('get_a', {}))),
    tool('get_a', { required: ['a'] }),
  );
  expect(detectFailures(run, context).map(({ kind, toolCallIndex }) => [kind, toolCallIndex])).toEqual([
    ['invalid-arguments', 1],
    ['invalid-arguments', 2],
    ['repeated-call', 2],
    ['unknown-tool', 0],
  ]);
});

test('every kind has one row, found by its name', () => {
  expect(new Set(catalogue.map((row) => row.kind)).size).toBe(catalogue.length);
  for (const row of catalogue) expect(detectorRow(row.kind)).toEqual(row);
});
