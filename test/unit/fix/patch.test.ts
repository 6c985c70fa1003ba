import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyPatch } from '../../../server/fix/applyPatch.ts';
import { unifiedDiff } from '../../../server/fix/diff.ts';
import { parsePatch } from '../../../server/fix/parsePatch.ts';
import { reversePatch } from '../../../server/fix/reversePatch.ts';

function patched(patch: string, current: Record<string, string>): Record<string, string> | string {
  const parsed = parsePatch(patch);
  if (!parsed.ok) return `${parsed.reason}: ${parsed.detail}`;
  const applied = applyPatch(parsed.files, new Map(Object.entries(current)));
  return applied.ok ? Object.fromEntries(applied.texts) : `${applied.reason}: ${applied.detail}`;
}

const prompt = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
const patch = `diff --git a/prompts/a.md b/prompts/a.md
index 1..2 100644
--- a/prompts/a.md
+++ b/prompts/a.md
@@ -1,4 +1,5 @@
 one
-two
+TWO
+two and a half
 three
 four
`;

describe('a patch', () => {
  test('as git writes it', () => {
    expect(patched(patch, { 'prompts/a.md': prompt })).toEqual({
      'prompts/a.md': 'one\nTWO\ntwo and a half\nthree\nfour\nfive\nsix\nseven\n',
    });
  });
  test('of several files, without prefixes', () => {
    const two = `--- x.md\n+++ x.md\n@@ -1 +1 @@\n-a\n+b\n--- y.md\n+++ y.md\n@@ -1,2 +1 @@\n-c\n d\n`;
    expect(patched(two, { 'x.md': 'a\n', 'y.md': 'c\nd\n' })).toEqual({ 'x.md': 'b\n', 'y.md': 'd\n' });
  });
  test('with line feeds against a file with carriage returns, and the reverse', () => {
    const crlf = prompt.replaceAll('\n', '\r\n');
    const want = 'one\nTWO\ntwo and a half\nthree\nfour\nfive\nsix\nseven\n';
    expect(patched(patch, { 'prompts/a.md': crlf })).toEqual({
      'prompts/a.md': want.replaceAll('\n', '\r\n'),
    });
    expect(patched(patch.replaceAll('\n', '\r\n'), { 'prompts/a.md': prompt })).toEqual({
      'prompts/a.md': want,
    });
    expect(patched(patch.replaceAll('\n', '\r\n'), { 'prompts/a.md': crlf })).toEqual({
      'prompts/a.md': want.replaceAll('\n', '\r\n'),
    });
  });
  test('at the end of a file without a last newline', () => {
    const end =
      '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n';
    expect(patched(end, { x: 'a\nb' })).toEqual({ x: 'a\nc' });
  });
  test('that does not fit says file, hunk, expected and found', () => {
    expect(patched(patch, { 'prompts/a.md': prompt.replace('two', 'zwei') })).toBe(
      'context-mismatch: prompts/a.md, hunk 1: expected "two" at line 2, found "zwei".',
    );
    expect(patched(patch, { 'prompts/a.md': `zero\n${prompt}` })).toBe(
      'context-mismatch: prompts/a.md, hunk 1: expected "one" at line 1, found "zero". The same lines stand at line 2.',
    );
    expect(patched(patch, { 'prompts/a.md': 'one\n' })).toContain('found the end of the file');
  });
  test.each([
    ['hello', 'not-a-patch'],
    ['', 'not-a-patch'],
    ['@@ -1 +1 @@\n-a\n+b\n', 'not-a-patch'],
    ['--- a/x\n+++ b/x\n@@ -1,3 +1 @@\n-a\n+b\n', 'not-a-patch'],
    ['--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n', 'unsafe-path'],
    ['--- /etc/x\n+++ /etc/x\n@@ -1 +1 @@\n-a\n+b\n', 'unsafe-path'],
    ['--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n', 'unsupported-change'],
    ['--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n', 'unsupported-change'],
    ['--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n', 'missing-file'],
  ])('%j is refused', (text, reason) => {
    expect(String(patched(text, { x: 'a\n' })).split(':')[0]).toBe(reason);
  });
});

test('what the diff says, the patch does, byte for byte', () => {
  const line = fc.constantFrom('a', 'b', '', '-- c', '++ d', '@@ e', '\\ f', ' g');
  const ending = fc.constantFrom('\n', '\r\n');
  const text = fc
    .tuple(fc.array(fc.tuple(line, ending), { maxLength: 30 }), fc.constantFrom('', 'last'))
    .map(([lines, last]) => lines.map((pair) => pair.join('')).join('') + last);
  fc.assert(
    fc.property(text, text, (before, after) => {
      const replacements = [{ range: { start: 0, end: before.length }, newText: after }];
      const diff = unifiedDiff(before, { file: 'dir/a b.json', baseHash: '', replacements });
      if (before === after) expect(diff).toBe('');
      else {
        expect(patched(diff, { 'dir/a b.json': before })).toEqual({ 'dir/a b.json': after });
        const patch = parsePatch(diff);
        const files = patch.ok ? patch.files.map(reversePatch) : [];
        const back = applyPatch(files, new Map([['dir/a b.json', after]]));
        expect(back.ok && back.texts.get('dir/a b.json')).toBe(before);
      }
    }),
    { numRuns: 500 },
  );
});
