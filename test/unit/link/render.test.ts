import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildLinkIndex } from '../../../server/link/linkIndex.ts';
import { linkPromptText } from '../../../server/link/linkPrompt.ts';
import { renderEditedText } from '../../../server/link/render.ts';
import { REFUNDS, source, TEMPLATE } from './sources.ts';

function render(rendered: string, oldSource: string, newSource: string) {
  const index = buildLinkIndex([source('prompts/p.md', oldSource)], () => []);
  const [link] = linkPromptText(rendered, index, null);
  if (link === undefined) throw new Error('not linked');
  return renderEditedText(rendered, link, oldSource, newSource);
}

const FILLED = TEMPLATE.replace('{company}', 'Fern & Sons')
  .replace('{{ today }}', '3 May')
  .replace('{{profile}}', 'Lives in Leeds.\nBuys roses.')
  .replace('{% if premium %}\n', '')
  .replace('{% endif %}\n', '')
  .replace('{manager}', 'Ms Okafor');

test('an exact text is replaced, what stands around it and its ends stay', () => {
  const edited = `${REFUNDS.replace('two hundred', 'one hundred')}- Be kind.\n`;
  const around = (text: string) => `Intro.\r\n\r\n${text.trim().replaceAll('\n', '\r\n')}\r\n\r\nOutro.  `;
  const front = (text: string) => `---\nname: x\n---\n${text}`;
  expect(render(around(REFUNDS), front(REFUNDS), front(edited))).toEqual({ ok: true, text: around(edited) });
});

test('an edited line of a template gets the recorded values', () => {
  const edited = TEMPLATE.replace('You work for {company} and', 'As an agent of {company} remember that');
  const expected = FILLED.replace('You work for Fern & Sons and', 'As an agent of Fern & Sons remember that');
  expect(render(FILLED, TEMPLATE, edited)).toEqual({ ok: true, text: expected });
});

test('lines come in and go out where the template has them', () => {
  const line = 'Always check the stock list before you promise a delivery date to anyone.\n';
  expect(render(FILLED, TEMPLATE, TEMPLATE.replace(line, `${line}Ask {manager} when in doubt.\n`))).toEqual({
    ok: true,
    text: FILLED.replace(line, `${line}Ask Ms Okafor when in doubt.\n`),
  });
  expect(render(FILLED, TEMPLATE, TEMPLATE.replace(line, ''))).toEqual({
    ok: true,
    text: FILLED.replace(line, ''),
  });
  expect(render(FILLED, TEMPLATE, `${TEMPLATE}\nBe brief.\n`)).toEqual({
    ok: true,
    text: `${FILLED.trimEnd()}\n\nBe brief.\n`,
  });
});

test('a hole without a recorded value is refused', () => {
  const result = render(FILLED, TEMPLATE, TEMPLATE.replace('# Desk', '# Desk of {colleague}'));
  expect(result).toEqual({ ok: false, reason: 'no recorded value for {colleague}' });
  expect(render(REFUNDS, REFUNDS, `${REFUNDS}Hello {x}`).ok).toBe(false);
});

test('an older wording takes an edit of lines that it carried, and no other', () => {
  const older = REFUNDS.replace('two hundred pounds', 'fifty pounds').replace(/- Opened.*\n/, '');
  const carried = ['ninety days are replaced', 'sixty days are replaced'] as const;
  expect(render(older, REFUNDS, REFUNDS.replace(...carried))).toEqual({
    ok: true,
    text: older.replace(...carried),
  });
  expect(render(older, REFUNDS, REFUNDS.replace('two hundred', 'ten')).ok).toBe(false);
  expect(render(older, REFUNDS, REFUNDS.replace('- Opened bags', '- Bags')).ok).toBe(false);
});

test('an edit of one line of an exact text equals the same edit of the message', () => {
  const lines = REFUNDS.trim().split('\n');
  fc.assert(
    fc.property(fc.nat(lines.length - 1), fc.stringMatching(/^[a-z ]{1,30}$/), (at, words) => {
      const edit = (text: string) => text.replace(lines[at] ?? '', () => `x ${words.trim()}`);
      const message = (text: string) => `Before.\n\n${text.trim()}\n\nAfter.`;
      const result = render(message(REFUNDS), REFUNDS, edit(REFUNDS));
      if (lines[at] !== '') expect(result).toEqual({ ok: true, text: message(edit(REFUNDS)) });
    }),
  );
});
