import { describe, expect, test } from 'vitest';
import { stateParameterFormat } from '../../../server/fix/stateParameterFormat.ts';
import { applyEdit } from '../../../server/model/fix.ts';
import type { Json, JsonObject } from '../../../server/model/json.ts';
import { call, passingCalls, quoteContext } from './quoteTool.ts';

/** A tool with one parameter, what passing and failing calls gave it, and what was stated. */
function stated(given: {
  readonly schema: JsonObject;
  readonly rule: string;
  readonly passing?: readonly Json[];
  readonly failing?: readonly (Json | undefined)[];
  readonly subject?: string;
}) {
  const parameters = {
    type: 'object',
    properties: { duration_min: given.schema },
    required: ['duration_min'],
    additionalProperties: false,
  };
  const definition = { name: 'get_quote', description: 'Books a visit.', parameters };
  const args = (value: Json | undefined): JsonObject => (value === undefined ? {} : { duration_min: value });
  const subject = given.subject ?? 'duration_min';
  const context = quoteContext({
    text: JSON.stringify([{ type: 'function', function: definition }], null, 2),
    parameter: subject === 'duration_min' ? subject : null,
    signature: `${subject}: ${given.rule}`,
    passing: (given.passing ?? []).map((value, i) => call(i, args(value))),
    failing: (given.failing ?? []).map((value, i) => call(100 + i, args(value), `${subject} ${given.rule}`)),
  });
  const result = stateParameterFormat(context);
  if (!result.ok) return { text: null, tool: null, rationale: null, title: null, why: result.why };
  const written = JSON.parse(applyEdit(context.source.text, result.fix.edit))[0].function;
  return {
    text: written.parameters.properties.duration_min.description as string,
    tool: written.description as string,
    rationale: result.fix.rationale,
    title: result.fix.title,
    why: null,
  };
}

const minutes = { type: 'integer', description: 'How long.' };
const seventeen = Array.from({ length: 17 }, (_, i) => (i < 14 ? 45 : 20));
const twelve = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? '45' : '45 minutes'));

describe('a constraint that the schema names', () => {
  test('is stated, the example being the number that failing calls sent as text', () => {
    const result = stated({ schema: minutes, rule: 'must be integer', passing: seventeen, failing: twelve });
    expect(result.text).toBe('How long. Integer, for example 45.');
    expect(result.rationale).toBe(
      'Seen on the half of the failures that the verdict does not read: 12 of 12 failing calls break what the schema demands, all 17 passing calls (17 sessions) keep to it.',
    );
  });

  test('needs no failing call: alike ones are all held out for the verdict', () => {
    const result = stated({ schema: minutes, rule: 'must be integer', passing: seventeen });
    expect(result.text).toBe('How long. Integer, for example 45.');
    expect(result.rationale).toBe(
      'No failing call was read (all are held out for the verdict): the schema demands this form, all 17 passing calls (17 sessions) keep to it.',
    );
  });

  test.each([
    [1, 'How long. Integer, for example 45.'],
    [0, 'How long. Integer.'],
  ])('needs few passing calls (%i)', (count, text) => {
    const passing = seventeen.slice(0, count);
    expect(stated({ schema: minutes, rule: 'must be integer', passing, failing: twelve }).text).toBe(text);
  });

  const bounds = { ...minutes, minimum: 10, maximum: 60 };
  const list = { type: 'array', items: { type: 'string' }, minItems: 1 };
  const pattern = { type: 'string', pattern: '^P-[0-9]+$' };
  test.each<[string, JsonObject, string, readonly Json[], string]>([
    ['minimum', bounds, 'must be >= 10', [30, 30, 5], 'How long. Integer from 10 to 60, for example 30.'],
    ['no passing value inside the bounds', bounds, 'must be <= 60', [90], 'How long. Integer from 10 to 60.'],
    ['number', { type: 'number' }, 'must be number', [1.5], 'Number, for example 1.5.'],
    [
      'nullable',
      { type: ['integer', 'null'] },
      'must be integer,null',
      [3],
      'Integer, or null, for example 3.',
    ],
    [
      'minItems',
      list,
      'must NOT have fewer than 1 items',
      [['a']],
      'JSON array of strings of at least 1 item.',
    ],
    ['boolean', { type: 'boolean' }, 'must be boolean', [true], 'True or false.'],
    ['text', { type: 'string' }, 'must be string', ['12:30'], 'Text, for example 12:30.'],
    ['digits as text', { type: 'string' }, 'must be string', ['1234'], 'Text, for example "1234".'],
    [
      'pattern, no patient shown',
      pattern,
      'must match pattern "^P-[0-9]+$"',
      ['P-100'],
      'Text that matches ^P-[0-9]+$.',
    ],
    ['uri', { type: 'string', format: 'uri' }, 'must match format "uri"', [], 'Text in the format uri.'],
    [
      'date',
      { type: 'string', format: 'date' },
      'must match format "date"',
      ['2026-03-01'],
      'Format: date as YYYY-MM-DD, for example 2026-03-01.',
    ],
    [
      'number for a date',
      { type: 'string', format: 'date' },
      'must be string',
      ['2026-03-01'],
      'Date as YYYY-MM-DD, for example 2026-03-01.',
    ],
    ['enum', { type: 'string', enum: ['a', 'b'] }, 'must be one of a, b', [], 'Allowed values: a, b.'],
    ['missing integer', minutes, 'is missing', [45], 'How long. Required. Integer, for example 45.'],
    ['missing text', { type: 'string' }, 'is missing', ['x y'], 'Required.'],
    [
      'missing enum',
      { type: 'string', enum: ['a', 'b'] },
      'is missing',
      [],
      'Required. Allowed values: a, b.',
    ],
  ])('%s', (_, schema, rule, passing, text) => {
    expect(stated({ schema, rule, passing }).text).toBe(text);
  });

  test('never shows what looks like a number of a person', () => {
    const result = stated({ schema: minutes, rule: 'must be integer', passing: [491701234567] });
    expect(result.text).toBe('How long. Integer, for example 1.');
  });

  test('a missing parameter says how many left it out', () => {
    const failing = [undefined, undefined];
    const result = stated({ schema: minutes, rule: 'is missing', passing: [45, 45], failing });
    expect(result.title).toBe('State that duration_min is required');
    expect(result.rationale).toContain('2 of 2 failing calls leave it out, 2 of 2 passing calls');
  });

  test('an unknown name has the tool name its parameters, a nested one nothing', () => {
    const rule = 'is not a parameter';
    const result = stated({ schema: minutes, rule, subject: 'minutes' });
    expect(result.tool).toBe('Books a visit. Accepts no parameters but duration_min.');
    expect(result.text).toBe('How long.');
    expect(stated({ schema: minutes, rule, subject: 'visit/minutes' }).why).toMatch(
      /inside another parameter/,
    );
  });
});

describe('a refusal says why', () => {
  test('when the description says it', () => {
    const schema = { type: 'integer', description: 'An integer, in minutes.' };
    expect(stated({ schema, rule: 'must be integer', passing: seventeen, failing: twelve }).why).toBe(
      'The description states this already: Integer.',
    );
  });

  test('when the schema no longer demands it, and failing calls are held out', () => {
    const schema = { type: 'string' };
    expect(stated({ schema, rule: 'must match pattern "^A"', passing: ['A1'] }).why).toMatch(
      /^All failing calls are held out for the verdict/,
    );
  });

  const one = call(100, { symbol: 'ACME', as_of: 'Jan 5' }, 'bad date');
  const free = Array.from({ length: 30 }, (_, i) => call(i, { as_of: `some day ${'x'.repeat(i)}` }));
  test.each([
    ['no passing call', [], 'No passing call of this tool was recorded.'],
    ['few', passingCalls(2), 'Too few passing calls give as_of: 2 in 2 sessions; a form needs 5 in 3.'],
    ['no form', free, 'Passing calls have no common form at as_of.'],
  ])('when the calls do not tell: %s', (_, passing, why) => {
    const context = quoteContext({ parameter: 'as_of', passing, failing: [one] });
    expect(stateParameterFormat(context)).toEqual({ ok: false, why });
  });
});
