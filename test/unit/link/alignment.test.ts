import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignLines } from '../../../server/link/alignLines.ts';
import { fingerprints } from '../../../server/link/fingerprints.ts';
import { longestIncreasing } from '../../../server/link/longestIncreasing.ts';
import { matchTemplate } from '../../../server/link/matchTemplate.ts';
import { normalText, normalTextWithOffsets } from '../../../server/link/normalText.ts';
import { wordsOf } from '../../../server/link/words.ts';
import { REFUNDS, TONE } from './sources.ts';

test('any eight words in a row that two texts share give a common fingerprint', () => {
  const word = fc.constantFrom('a', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu', 'hen');
  const words = (minLength: number, maxLength: number) => fc.array(word, { minLength, maxLength });
  fc.assert(
    fc.property(words(8, 12), words(0, 12), words(0, 12), words(0, 12), (shared, a, b, c) => {
      const left = fingerprints(wordsOf([...a, ...shared, ...b].join(' ')));
      const right = new Set(fingerprints(wordsOf([...c, ...shared].join('\n'))));
      expect(left.some((print) => right.has(print))).toBe(true);
    }),
  );
});

test('the longest ascending chain', () => {
  expect(longestIncreasing([5, 1, 2, 9, 3, 4, 0])).toEqual([1, 2, 4, 5]);
  expect(longestIncreasing([])).toEqual([]);
});

test('a text aligned with itself pairs every line that holds words', () => {
  const words = wordsOf(REFUNDS);
  const lines = REFUNDS.split('\n').flatMap((line, at) =>
    line === '' ? [] : [{ rendered: at, source: at }],
  );
  expect(alignLines(words, words)).toEqual(lines);
});

test('other text between and in front shifts the pairs, nothing else', () => {
  const lines = REFUNDS.split('\n');
  const rendered = [TONE, ...lines.slice(0, 6), 'One more line here.', ...lines.slice(6)].join('\n');
  const shift = TONE.split('\n').length;
  const pairs = alignLines(wordsOf(rendered), wordsOf(REFUNDS));
  expect(pairs[0]).toEqual({ rendered: shift, source: 0 });
  expect(pairs.at(-1)).toEqual({ rendered: shift + 15, source: 14 });
});

test('templates match whole texts only, white space aside', () => {
  expect(
    matchTemplate('Dear {name},\n  you owe {{sum}}.', 'Dear Ann Lee, you owe 5 pounds.')?.values,
  ).toEqual([
    { hole: '{name}', value: 'Ann Lee' },
    { hole: '{{sum}}', value: '5 pounds' },
  ]);
  expect(matchTemplate('Dear {name}.', 'Dear Ann. Bye')).toBeNull();
  expect(matchTemplate('Dear {name}.', 'Hello Ann.')).toBeNull();
  expect(matchTemplate('a {x} b', 'a 1 b 2 b')?.values).toEqual([{ hole: '{x}', value: '1 b 2' }]);
  expect(matchTemplate('a {# note #} b', 'a b')?.values).toEqual([{ hole: '{# note #}', value: '' }]);
  expect(matchTemplate('Set {"a": 1} and 50 % sure', 'Set {"a": 1} and 50 % sure')?.values).toEqual([]);
});

test('a filled template always matches', () => {
  const value = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,3}$/);
  fc.assert(
    fc.property(value, value, (x, y) => {
      const match = matchTemplate('First {{x}} — then {y}!', `First ${x} — then ${y}!`);
      expect(match?.values.map((found) => found.value)).toEqual([x, y]);
    }),
  );
});

test('normal text keeps the way back', () => {
  const piece = fc.constantFrom('a', 'b c', ' ', '\t', '\n', '\r\n', '\r', 'ü', '漢');
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      const normal = normalTextWithOffsets(text);
      expect(normal.text).toBe(normalText(text));
      for (let at = 0; at < normal.text.length; at++) {
        if (normal.text[at] !== '\n') expect(text[normal.original(at)]).toBe(normal.text[at]);
      }
    }),
  );
});
