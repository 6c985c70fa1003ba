import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNamedAsPrompt } from '../../../server/source/promptNames.ts';
import { readSource } from '../../../server/source/readSource.ts';
import { sourceOffset } from '../../../server/source/textMap.ts';
import { anyText } from '../anyText.ts';

const ADVISER = `---
name: adviser
description: 'Gives advice'
---

# Adviser

You help with savings.

## Rules

- Never promise a return.

### Limits

Ask first.

## Rules

Twice.
`;

test('front matter does not reach the model', () => {
  const source = readSource('prompts/adviser.md', ADVISER);
  const prompt = source?.prompts[0];
  expect(prompt?.text.startsWith('\n# Adviser')).toBe(true);
  expect(prompt?.needsProof).toBe(false);
  expect(sourceOffset(prompt?.map ?? { pieces: [] }, 1)).toBe(ADVISER.indexOf('# Adviser'));
  expect(source?.tools).toEqual([]);
});

test('the whole prompt comes first, then its sections with their subsections', () => {
  const prompt = readSource('prompts/adviser.md', ADVISER)?.prompts[0];
  expect(prompt?.anchors.map(({ id, range }) => [id, ADVISER.slice(range.start, range.end)])).toEqual([
    ['prompt', '# Adviser'],
    ['section:Adviser', '# Adviser'],
    ['section:Rules', '## Rules'],
    ['section:Limits', '### Limits'],
    ['section:Rules~2', '## Rules'],
  ]);
  const rules = prompt?.anchors[2]?.fullRange;
  expect(ADVISER.slice(rules?.start, rules?.end)).toBe(
    '## Rules\n\n- Never promise a return.\n\n### Limits\n\nAsk first.\n\n',
  );
});

test('a rule between dashes at the top of a text is no front matter', () => {
  const text = '---\nJust a line\n---\nMore';
  expect(readSource('prompts/a.txt', text)?.prompts[0]?.text).toBe(text);
});

test.each([
  ['prompts/agent.md', true],
  ['src/Prompts/deep/a.txt', true],
  ['system_message.txt', true],
  ['wiki.md', true],
  ['agents/refund-prompt.md', true],
  ['README.md', false],
  ['prompts/README.md', false],
  ['docs/prompting.md', false],
  ['CHANGELOG.md', false],
  ['notes/plan.md', false],
])('%s is named as a prompt: %s', (file, expected) => {
  expect(isNamedAsPrompt(file)).toBe(expected);
});

test('other text files are read but need proof; empty, large and binary ones are not read', () => {
  expect(readSource('notes/plan.md', 'Some plan')?.prompts[0]?.needsProof).toBe(true);
  expect(readSource('prompts/a.md', ' \n')).toBeNull();
  expect(readSource('prompts/a.md', 'x'.repeat(1_000_001))).toBeNull();
  expect(readSource('prompts/a.md', 'a\0b')).toBeNull();
  expect(readSource('prompts/a.py', 'prompt')).toBeNull();
});

test('every piece of the map holds the same text on both sides', () => {
  const line = fc.constantFrom('---', 'name: x', '# a', '', '\t- b', 'text {hole}', 'ü 漢字', '===');
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean(), (lines, eol, hasMark) => {
      const text = (hasMark ? '\ufeff' : '') + lines.join(eol);
      const source = readSource('prompts/p.md', text);
      for (const prompt of source?.prompts ?? []) {
        for (const piece of prompt.map.pieces) {
          const shown = prompt.text.slice(piece.rendered, piece.rendered + piece.length);
          expect(text.slice(piece.source, piece.source + piece.length)).toBe(shown);
          const middle = piece.rendered + (piece.length >> 1);
          expect(sourceOffset(prompt.map, middle)).toBe(piece.source + (piece.length >> 1));
        }
        expect(new Set(prompt.anchors.map(({ id }) => id)).size).toBe(prompt.anchors.length);
      }
    }),
  );
});

test('reading never throws', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom('a.md', 'prompt.txt', 'a.json'), (text, file) => {
      readSource(file, text);
    }),
  );
});
