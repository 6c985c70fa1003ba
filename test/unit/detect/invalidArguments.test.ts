import { describe, expect, test } from 'vitest';
import { bareContext } from '../../../server/detect/context.ts';
import { invalidArguments } from '../../../server/detect/invalidArguments.ts';
import type { Json, JsonObject } from '../../../server/model/json.ts';
import { assistant, brokenCall, call, linking, message, offering, runOf, tool, user } from './runBuilder.ts';

const quote: JsonObject = {
  type: 'object',
  properties: {
    symbol: { type: 'string' },
    as_of: { type: 'string', format: 'date' },
    kind: { type: 'string', enum: ['bid', 'ask'] },
    legs: {
      type: 'array',
      items: { type: 'object', properties: { size: { type: 'integer' } }, required: ['size'] },
    },
  },
  required: ['symbol'],
};

function check(args: Json, schema: JsonObject = quote) {
  const run = offering(
    runOf(user('Quote?'), assistant('', call('get_quote', args))),
    tool('get_quote', schema),
  );
  return invalidArguments(run, bareContext).map(({ parameter, evidence, signature, certainty }) => ({
    parameter,
    evidence,
    signature,
    certainty,
  }));
}

describe('a schema that the request carried', () => {
  test('a format that is not met names its parameter', () => {
    expect(check({ symbol: 'X', as_of: 'Jan 5' })).toEqual([
      {
        parameter: 'as_of',
        evidence: 'get_quote: as_of must match format "date", got "Jan 5"',
        signature: 'as_of: must match format "date"',
        certainty: 'certain',
      },
    ]);
  });

  test('a missing property names the property, inside lists with a star', () => {
    expect(check({ as_of: '2026-01-05' })).toMatchObject([
      { parameter: 'symbol', signature: 'symbol: is missing' },
    ]);
    expect(check({ symbol: 'X', legs: [{ size: 1 }, {}] })).toMatchObject([
      { parameter: 'legs/*/size', evidence: 'get_quote: legs/*/size is missing' },
    ]);
  });

  test('one failure for a call with several faults, the evidence naming all', () => {
    expect(check({ kind: 'mid', as_of: 'soon' })).toMatchObject([
      {
        parameter: 'symbol',
        evidence:
          'get_quote: symbol is missing; as_of must match format "date", got "soon"; kind must be one of bid, ask, got "mid"',
      },
    ]);
  });

  test('nothing is coerced', () => {
    expect(check({ symbol: 7 })).toMatchObject([{ evidence: 'get_quote: symbol must be string, got 7' }]);
    expect(check({ symbol: 'X', legs: [{ size: '3' }] })).toMatchObject([{ parameter: 'legs/*/size' }]);
    expect(check('{"symbol":"X"}')).toMatchObject([
      { parameter: null, signature: 'arguments: must be object' },
    ]);
  });

  test('an extra name is wrong only where the schema says so', () => {
    expect(check({ symbol: 'X', note: 'a' })).toEqual([]);
    expect(check({ symbol: 'X', 'no/te': 'a' }, { ...quote, additionalProperties: false })).toMatchObject([
      { parameter: 'no~1te', signature: 'no~1te: is not a parameter' },
    ]);
  });

  test('the meant branch of a nullable choice speaks, not the null beside it', () => {
    const schema = { properties: { day: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] } } };
    expect(check({ day: 'Monday' }, schema)).toMatchObject([{ signature: 'day: must match format "date"' }]);
    expect(check({ day: null }, schema)).toEqual([]);
  });

  test('numbers in keys are indexes only in lists', () => {
    const schema = { properties: { byYear: { type: 'object', additionalProperties: { type: 'number' } } } };
    expect(check({ byYear: { 2026: 'many' } }, schema)).toMatchObject([{ parameter: 'byYear/2026' }]);
  });

  test('complete, partial and empty arguments that fit are healthy', () => {
    expect(check({ symbol: 'X', as_of: '2026-01-05', kind: 'bid', legs: [{ size: 1 }] })).toEqual([]);
    expect(check({ symbol: '' })).toEqual([]);
    expect(check({}, { type: 'object', properties: {} })).toEqual([]);
    expect(check(null, { type: 'object', properties: {} })).toEqual([]);
    expect(check({ anything: [1] }, {})).toEqual([]);
  });
});

describe('dialects', () => {
  test('upper-case types and nullable', () => {
    const schema = {
      type: 'OBJECT',
      properties: { n: { type: 'INTEGER', nullable: true } },
      required: ['n'],
    };
    expect(check({ n: null }, schema)).toEqual([]);
    expect(check({ n: 2 }, schema)).toEqual([]);
    expect(check({ n: '2' }, schema)).toMatchObject([{ parameter: 'n' }]);
  });

  test('draft 4 and 7 schemas with their own address', () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: 'https://example.org/a',
      definitions: { positive: { type: 'number', minimum: 0, exclusiveMinimum: true } },
      properties: {
        amount: { $ref: '#/definitions/positive' },
        pair: { items: [{ type: 'string' }, { type: 'number' }], additionalItems: false },
      },
    };
    expect(check({ amount: 0 }, schema)).toMatchObject([
      { parameter: 'amount', signature: 'amount: must be > 0' },
    ]);
    expect(check({ amount: 1, pair: ['a', 1] }, schema)).toEqual([]);
    expect(check({ pair: ['a', 'b'] }, schema)).toMatchObject([{ parameter: 'pair/*' }]);
  });

  test('a property may be called like a keyword', () => {
    const schema = {
      type: 'object',
      properties: {
        id: { type: 'string' },
        type: { type: 'string' },
        required: { type: 'boolean' },
        items: {},
      },
      required: ['id'],
    };
    expect(check({ id: 'a', type: 'b', required: true, items: [1] }, schema)).toEqual([]);
    expect(check({ id: 1 }, schema)).toMatchObject([{ parameter: 'id' }]);
  });

  test.each([
    ['a reference to nowhere', { $ref: '#/definitions/none' }],
    ['a remote reference', { $ref: 'https://example.org/schema.json' }],
    ['a broken keyword', { properties: 7 }],
    ['types that nobody knows', { properties: { symbol: { type: 'ticker' } } }],
    ['a pattern that is none', { properties: { symbol: { pattern: '(' } } }],
    ['a pattern too long to trust', { properties: { symbol: { pattern: 'a'.repeat(501) } } }],
  ])('%s judges nothing', (_, schema) => {
    expect(check({ symbol: 7 }, schema as JsonObject)).toEqual([]);
    expect(check({ symbol: 'X' }, schema as JsonObject)).toEqual([]);
  });

  test('a pattern that would backtrack for ever ends undecided', () => {
    const schema = { properties: { symbol: { type: 'string', pattern: '^(a+)+$' } } };
    expect(check({ symbol: `${'a'.repeat(200)}!` }, schema)).toEqual([]);
    expect(check({ symbol: 'b' }, schema)).toMatchObject([{ parameter: 'symbol' }]);
    expect(check({ symbol: 'b' }, { properties: { symbol: { pattern: '(a?){30}a{30}' } } })).toEqual([]);
  });

  test('each pattern of a schema is its own', () => {
    const schema = {
      properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' }, c: { pattern: String.raw`^\d\-\d$` } },
    };
    expect(check({ a: 'a', b: 'b', c: '1-2' }, schema)).toEqual([]);
    expect(check({ a: 'a', b: 'a', c: '1-2' }, schema)).toMatchObject([
      { signature: 'b: must match pattern "^b$"' },
    ]);
  });

  test('a recursive schema', () => {
    const schema = {
      properties: { node: { $ref: '#/$defs/node' } },
      $defs: { node: { properties: { child: { $ref: '#/$defs/node' }, n: { type: 'number' } } } },
    };
    expect(check({ node: { child: { n: 'x' } } }, schema)).toMatchObject([{ parameter: 'node/child/n' }]);
  });
});

describe('arguments that are not JSON', () => {
  const run = runOf(user('Quote?'), assistant('', brokenCall('get_quote', '{"symbol": "X"')));

  test('are wrong whatever the schema, and without one', () => {
    expect(invalidArguments(run, bareContext)).toMatchObject([
      { parameter: null, certainty: 'certain', signature: 'arguments: are not JSON' },
    ]);
  });

  test('an empty text means no arguments', () => {
    const none = offering(
      runOf(assistant('', brokenCall('now', ''))),
      tool('now', { type: 'object', properties: {} }),
    );
    expect(invalidArguments(none, bareContext)).toEqual([]);
  });

  test('cut at the output limit or by the recorder they are another matter', () => {
    const cut = {
      ...run,
      modelCalls: run.modelCalls.map((each) => ({ ...each, finishReason: 'length' as const })),
    };
    expect(invalidArguments(cut, bareContext)).toEqual([]);
    const masked = runOf(
      message({ role: 'assistant', isTruncated: true, toolCalls: [brokenCall('get_quote', '{"sym')] }),
    );
    expect(invalidArguments(masked, bareContext)).toEqual([]);
  });
});

describe('definitions of the workspace', () => {
  const run = runOf(user('Quote?'), assistant('', call('get_quote', { as_of: 'Jan 5' })));

  test('stand in for a missing record, as likely', () => {
    expect(invalidArguments(run, linking(tool('get_quote', quote)))).toMatchObject([
      { certainty: 'likely', tool: 'get_quote' },
    ]);
  });

  test('never overrule the record', () => {
    const recorded = offering(run, tool('get_quote', { type: 'object' }));
    expect(invalidArguments(recorded, linking(tool('get_quote', quote)))).toEqual([]);
  });

  test('a tool without a definition or schema is left alone', () => {
    expect(invalidArguments(run, linking(tool('other', quote)))).toEqual([]);
    expect(invalidArguments(run, linking(tool('get_quote')))).toEqual([]);
    expect(invalidArguments(offering(run, tool('other', quote)), bareContext)).toEqual([]);
  });
});
