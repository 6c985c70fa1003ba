import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseExample, closedValues } from '../../../server/fix/chooseExample.ts';
import { looksPersonal, redactText } from '../../../server/fix/personalValues.ts';
import { valuesAt } from '../../../server/fix/recordedCalls.ts';
import { summarizeParameter } from '../../../server/fix/summarizeParameter.ts';
import { inferFormat } from '../../../server/fix/valueFormats.ts';
import type { Json } from '../../../server/model/json.ts';
import { call } from './quoteTool.ts';

describe('the format that values share', () => {
  test.each<[string, Json[], string | undefined]>([
    ['dates', ['2026-01-05', '2024-02-29'], 'date as YYYY-MM-DD'],
    ['a date that is none', ['2026-01-05', '2026-02-30'], undefined],
    ['times in UTC', ['2026-01-05T10:00:00Z'], 'date and time in UTC as YYYY-MM-DDThh:mm:ssZ'],
    ['times', ['2026-01-05T10:00:00Z', '2026-01-05T10:00:00+02:00'], 'date and time as YYYY-MM-DDThh:mm:ss'],
    ['tickers', ['ACME', 'X', 'HOOL'], 'upper-case code of 1 to 4 letters'],
    ['listings', ['ACME.DE', 'HOOL.L'], 'ticker in upper case with the suffix of its exchange'],
    [
      'some listings',
      ['ACME.DE', 'HOOL'],
      'ticker in upper case, with the suffix of its exchange where it has one',
    ],
    ['currencies', ['USD', 'EUR'], 'ISO 4217 currency code in upper case'],
    ['flight numbers', ['HAT136', 'HAT001'], 'HAT followed by 3 digits'],
    ['mixed prefixes', ['HAT136', 'ABC136'], 'code of 6 upper-case letters and digits'],
    ['order ids', ['order-1', 'order-22'], 'order- followed by 1 to 2 digits'],
    ['zip codes', ['80331', '10115'], '5 digits as a string'],
    ['integers', [1, -3], 'JSON integer'],
    ['numbers', [1, 2.5], 'JSON number'],
    ['numbers in strings', ['1.50', '20.00'], 'decimal number as a string'],
    ['addresses', ['a@b.org'], 'e-mail address'],
    [
      'lists of things',
      [[{ from: 'A', to: 'B' }], [{ to: 'C', from: 'D', x: 1 }]],
      'JSON array of objects with from, to',
    ],
    ['words', ['hello', 'good morning'], undefined],
    ['a number and a word', [1, 'x'], undefined],
    ['nothing', [], undefined],
  ])('%s', (_, values, words) => {
    const format = inferFormat(values);
    expect(format?.words).toBe(words);
    expect(values.every((value) => format?.matches(value) ?? true)).toBe(true);
  });

  test('fits every value, and its made-up value too', () => {
    const text = fc.oneof(fc.stringMatching(/^[A-Z]{1,4}\d{0,3}$/), fc.stringMatching(/^[a-z]{2}-\d{1,4}$/));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (values) => {
        const format = inferFormat(values);
        if (format === null) return;
        expect(values.every(format.matches)).toBe(true);
        expect(format.matches(format.neutral)).toBe(true);
      }),
    );
  });
});

test('values are found through arrays and escaped names', () => {
  const args = { legs: [{ day: 'a' }, { day: 'b' }, {}], 'x/y': 1 };
  expect(valuesAt(args, 'legs/*/day')).toEqual(['a', 'b']);
  expect(valuesAt(args, 'x~1y')).toEqual([1]);
  expect(valuesAt(args, 'toString')).toEqual([]);
  expect(valuesAt(null, 'legs')).toEqual([]);
});

test('a summary counts calls, sessions and ranges', () => {
  const calls = [call(1, { n: 3 }), call(2, { n: 3 }), call(3, { n: 10 }), call(4, {})];
  expect(summarizeParameter(calls, 'n')).toMatchObject({
    calls: 4,
    callsWithValue: 3,
    sessions: 3,
    presence: 'sometimes',
    distinct: [
      { value: 3, calls: 2, sessions: 2 },
      { value: 10, calls: 1, sessions: 1 },
    ],
    numbers: { min: 3, max: 10 },
    lengths: null,
  });
});

describe('a closed list', () => {
  const of = (values: readonly Json[]) =>
    closedValues(
      summarizeParameter(
        values.map((v, i) => call(i, { v })),
        'v',
      ),
    );
  const times = <T>(count: number, values: readonly T[]) =>
    Array.from({ length: count }, () => values).flat();
  test('needs few values with support in each', () => {
    expect(of(times(10, ['basic economy', 'business']))).toEqual(['basic economy', 'business']);
    expect(of(times(5, ['basic economy', 'business']))).toBeNull();
    expect(of([...times(10, ['basic economy', 'business']), 'first class'])).toBeNull();
    expect(
      of(
        times(
          4,
          Array.from({ length: 9 }, (_, i) => `class ${i}x`),
        ),
      ),
    ).toBeNull();
  });
  test('is never made of open sets or persons', () => {
    expect(of(times(20, ['2026-01-05', '2026-01-06']))).toBeNull();
    expect(of(times(20, ['HAT136', 'HAT001']))).toBeNull();
    expect(of(times(20, ['mia_li_3668', 'raj_li_1234']))).toBeNull();
  });
});

describe('an example', () => {
  const of = (values: readonly string[], failing: readonly string[] = []) => {
    const { distinct, format } = summarizeParameter(
      values.map((v, i) => call(i, { v })),
      'v',
    );
    return format === null ? null : chooseExample(distinct, format, new Set(failing));
  };
  test('is the most used value of a public form', () => {
    expect(of(['2026-01-05', '2026-01-06', '2026-01-06'])).toBe('2026-01-06');
  });
  test('is not one that failing calls used too', () => {
    expect(of(['2026-01-05', '2026-01-06', '2026-01-06'], ['2026-01-06'])).toBe('2026-01-05');
    expect(of(['4WQ150'], ['ABC123'])).toBeNull();
  });
  test('is made up where a recorded one could be somebody’s own', () => {
    expect(of(['4WQ150', '4WQ150', '4WQ150', '4WQ150'])).toBe('ABC123');
    expect(of(['HAT136', 'HAT007'])).toBe('HAT123');
    expect(of(['HAT136', 'HAT136', 'HAT136'])).toBe('HAT136');
  });
});

describe('personal values', () => {
  test.each([
    'a@b.org',
    '+49 89 1234567',
    '(555) 010-1234',
    '4111 1111 1111 1111',
    '8190333',
    'sk-abcdefghijklmnop',
    'AKIAABCDEFGHIJKLMNOP',
    'mia_li_3668',
    'password: hunter2x',
    'aB3dE6gH9jK2mN5pQ8sT1vW4',
  ])('%s', (text) => {
    expect(looksPersonal(text)).toBe(true);
    expect(redactText(`x ${text} y`)).not.toContain(text);
  });
  test.each([
    'ACME',
    '2026-01-05',
    '2026-01-05T10:00:00Z',
    'HAT136',
    '12.50',
    'basic economy',
    'token expired',
  ])('healthy: %s', (text) => {
    expect(looksPersonal(text)).toBe(false);
    expect(redactText(text)).toBe(text);
  });
  test('equal ones stay equal', () => {
    expect(redactText('a@b.org c@d.org a@b.org')).toBe('<email-1> <email-2> <email-1>');
  });
});
