import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildLinkIndex } from '../../../server/link/linkIndex.ts';
import { linkPromptText } from '../../../server/link/linkPrompt.ts';
import type { SourceFile } from '../../../server/model/anchor.ts';
import { anyText } from '../anyText.ts';
import { REFUNDS, source, TEMPLATE, TONE, UNRELATED } from './sources.ts';

const ALL = [
  source('prompts/refunds.md', REFUNDS),
  source('prompts/tone.md', TONE),
  source('prompts/desk.md', TEMPLATE),
  source('CONTRIBUTING.md', UNRELATED),
];

function link(text: string, sources: readonly SourceFile[] = ALL) {
  return linkPromptText(
    text,
    buildLinkIndex(sources, () => []),
    null,
  );
}

test('the same text but for line endings and ends is an exact link with all its lines', () => {
  const [found, ...others] = link(REFUNDS.replaceAll('\n', '  \r\n').trim());
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    file: 'prompts/refunds.md',
    method: 'exact',
    state: 'current',
    confidence: 1,
    coverage: 1,
    commit: null,
  });
  const lines = REFUNDS.split('\n').flatMap((line, at) =>
    line === '' ? [] : [{ renderedLine: at, sourceLine: at }],
  );
  expect(found?.lines).toEqual(lines);
});

test('source lines count the front matter', () => {
  const file = source('prompts/refunds.md', `---\nname: refunds\n---\n${REFUNDS}`);
  expect(link(REFUNDS, [file])[0]?.lines[0]).toEqual({ renderedLine: 0, sourceLine: 3 });
});

test('files joined into one message are all found, in their order, word for word', () => {
  const text = `You are an agent.\n\n${TONE.trim()}\n\n---\n\n${REFUNDS.trim()}\n\nGood luck.`;
  const links = link(text);
  expect(links.map(({ file, method }) => [file, method])).toEqual([
    ['prompts/tone.md', 'exact'],
    ['prompts/refunds.md', 'exact'],
  ]);
  for (const [at, expected] of [TONE.trim(), REFUNDS.trim()].entries()) {
    expect(text.slice(links[at]?.renderedStart, links[at]?.renderedEnd)).toBe(expected);
  }
});

test('a filled template is current text, its values are read off', () => {
  const text = TEMPLATE.replace('{company}', 'Fern & Sons')
    .replace('{{ today }}', '3 May')
    .replace('{{profile}}', 'Lives in Leeds.\nBuys roses.')
    .replace(/\{% if[^%]*%\}\n[^{]*\{% endif %\}\n/, '')
    .replace('{manager}', 'Ms Okafor');
  const [found, ...others] = link(text);
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    file: 'prompts/desk.md',
    method: 'fingerprint',
    state: 'current',
    confidence: 1,
  });
  expect(found?.holes).toEqual([
    { hole: '{company}', value: 'Fern & Sons' },
    { hole: '{{ today }}', value: '3 May' },
    { hole: '{manager}', value: 'Ms Okafor' },
  ]);
});

test('a hole value over several lines does not shift the lines behind it', () => {
  const file = source(
    'prompts/p.md',
    `${REFUNDS}- Today {{names of many people}} are on duty at the desk.\n${TONE}`,
  );
  const text = `${REFUNDS}- Today Ann, Bob\nand Cid and Dora and Emil and Fay and Gus are on duty at the desk.\n${TONE}`;
  const [found] = link(text, [file]);
  expect(found?.state).toBe('current');
  expect(found?.holes).toEqual([
    { hole: '{{names of many people}}', value: 'Ann, Bob\nand Cid and Dora and Emil and Fay and Gus' },
  ]);
  const last = REFUNDS.split('\n').length - 1;
  expect(found?.lines).toContainEqual({ renderedLine: last, sourceLine: last });
  expect(found?.lines).toContainEqual({ renderedLine: last + 2, sourceLine: last + 1 });
});

test('text that differs from today beyond holes is older; edited lines stay tied', () => {
  const text = REFUNDS.replace('two hundred pounds', 'one hundred pounds').replace(/- Opened.*\n/, '');
  const [found] = link(text);
  expect(found).toMatchObject({
    file: 'prompts/refunds.md',
    state: 'older',
    commit: null,
    method: 'fingerprint',
  });
  expect(found?.confidence).toBeGreaterThan(0.8);
  expect(found?.confidence).toBeLessThan(1);
  expect(found?.lines).toContainEqual({ renderedLine: 12, sourceLine: 12 });
  expect(found?.lines.some(({ sourceLine }) => sourceLine === 14)).toBe(false);
});

test('look-alikes are not linked: one borrowed line, other text, nothing', () => {
  expect(link('Look the order up before you say anything about money. Then write a poem on rain.')).toEqual(
    [],
  );
  expect(link('I want my money back for order 1234, it arrived broken.')).toEqual([]);
  expect(link(' \n ')).toEqual([]);
});

test('a short text of a file that is no named prompt proves nothing', () => {
  expect(link('Be brief.', [source('notes/a.md', 'Be brief.')])).toEqual([]);
  expect(link('Be brief.', [source('prompts/a.md', 'Be brief.')])[0]?.method).toBe('exact');
});

test('copies are reported, the named prompt first; a copy that needs proof is left out', () => {
  const copies = [
    source('b/prompts/r.md', REFUNDS),
    source('a/prompts/r.md', REFUNDS),
    source('old/r.md', REFUNDS),
  ];
  expect(link(REFUNDS, copies).map(({ file }) => file)).toEqual(['a/prompts/r.md', 'b/prompts/r.md']);
  expect(link(REFUNDS, [source('old/r.md', REFUNDS)]).map(({ file }) => file)).toEqual(['old/r.md']);
});

test('scripts without spaces are linked too', () => {
  const text =
    '# 返金\n\n注文番号と到着日を必ず確認してください。金額を約束してはいけません。\n管理者の同意が必要です。\n';
  const file = source('prompts/ja.md', text);
  expect(link(`はじめに\n\n${text.replace('管理者', '責任者')}`, [file])[0]?.file).toBe('prompts/ja.md');
});

test('any text gives links in bounds, never a throw', () => {
  const piece = fc.oneof(
    fc.constantFrom(...REFUNDS.split('\n'), ...TEMPLATE.split('\n'), '{{x}}', '\r', '\u2028', '{% if'),
    anyText,
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.array(piece, { maxLength: 30 }),
      (sourceLines, lines) => {
        const text = lines.join('\n');
        const extra = sourceLines.join('\n');
        const sources =
          extra.trim() === '' || extra.includes('\0') ? ALL : [...ALL, source('prompts/x.md', extra)];
        for (const found of link(text, sources)) {
          expect(found.renderedStart).toBeGreaterThanOrEqual(0);
          expect(found.renderedEnd).toBeLessThanOrEqual(text.length);
          expect(found.renderedStart).toBeLessThanOrEqual(found.renderedEnd);
          expect(found.confidence).toBeLessThanOrEqual(1);
          expect(found.coverage).toBeLessThanOrEqual(1);
          const order = found.lines.map(({ renderedLine }) => renderedLine);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      },
    ),
  );
});
