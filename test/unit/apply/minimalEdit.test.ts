import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minimalEdit } from '../../../server/apply/minimalEdit.ts';
import { applyEdit } from '../../../server/model/fix.ts';

function pieces(oldText: string, newText: string): readonly (readonly [string, string])[] {
  return minimalEdit('a.md', oldText, newText).replacements.map(({ range, newText: text }) => [
    oldText.slice(range.start, range.end),
    text,
  ]);
}

describe('the pieces', () => {
  test.each([
    ['a\nb\nc\n', 'a\nb\nc\n', []],
    ['one two three\n', 'one 2 three\n', [['two', '2']]],
    [
      'a\nb\nc\nd\ne\n',
      'A\nb\nc\nd\nE\n',
      [
        ['a', 'A'],
        ['e', 'E'],
      ],
    ],
    ['a\nb\n', 'a\nx\nb\n', [['', 'x\n']]],
    ['a\nb\n', 'a\n', [['b\n', '']]],
    ['', 'a\n', [['', 'a\n']]],
    ['a', 'a\n', [['', '\n']]],
    ['x 😀 y', 'x 😁 y', [['😀', '😁']]],
  ] as const)('%j to %j', (oldText, newText, expected) => {
    expect(pieces(oldText, newText)).toEqual(expected);
  });

  test('keep the file’s line endings when the new text lost them', () => {
    expect(pieces('a\r\nb\r\nc\r\n', 'a\nB\nx\nc\n')).toEqual([['b', 'B\r\nx']]);
    expect(pieces('a\nb\n', 'a\r\nB\r\n')).toEqual([['b', 'B']]);
    expect(pieces('a\r\nb\nc\r\n', 'a\nb\nC\n')).toEqual([['c', 'C']]);
  });

  test('of a text rewritten from end to end are one block, found in bounded time', () => {
    const numbered = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word} ${i}\n`).join('');
    expect(pieces(numbered('old'), numbered('new'))).toHaveLength(1);
  });
});

const line = fc.constantFrom('a', 'b', '', 'a longer line', '😀 x', '😁 x');
const textWith = (ending: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.array(fc.tuple(line, ending), { maxLength: 15 }), fc.constantFrom('', 'end'))
    .map(([lines, last]) => lines.map((pair) => pair.join('')).join('') + last);

test('applied, they give the new text; in order, apart, and never inside a pair', () => {
  const ending = fc.constantFrom('\n', '\r\n', '\r');
  fc.assert(
    fc.property(
      ending.chain((only) => fc.tuple(textWith(fc.constant(only)), textWith(fc.constant(only)))),
      ([before, after]) => {
        const edit = minimalEdit('a.md', before, after);
        expect(applyEdit(before, edit)).toBe(after);
        let last = -1;
        for (const { range, newText } of edit.replacements) {
          expect(range.start).toBeGreaterThan(last);
          expect(before.slice(0, range.start)).not.toMatch(/[\ud800-\udbff]$/);
          expect(newText.isWellFormed()).toBe(true);
          last = range.end;
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('flattened or not, the lines are the new text’s', () => {
  const lines = (text: string) => text.split(/\r\n|\n|\r/);
  const mixed = textWith(fc.constantFrom('\n', '\r\n'));
  fc.assert(
    fc.property(mixed, mixed, (before, after) => {
      expect(lines(applyEdit(before, minimalEdit('a.md', before, after)))).toEqual(lines(after));
      const flat = after.replaceAll('\r\n', '\n');
      expect(lines(applyEdit(before, minimalEdit('a.md', before, flat)))).toEqual(lines(after));
    }),
    { numRuns: 500 },
  );
});
