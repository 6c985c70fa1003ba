// Trace text is attacker-controlled. What a hover makes of it is read back with a Markdown parser.

import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { expect, test } from 'vitest';
import { commandLink, inlineCode, quoted } from '../../server/lsp/markdown.ts';
import { hints, hoverText, pullDiagnostics } from './check.ts';
import { startSession } from './session.ts';

const OWN_COMMANDS = ['faultline.openRun', 'faultline.showFinding', 'faultline.hideFinding'];

interface Node {
  readonly type: string;
  readonly url?: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}

function nodes(markdown: string): readonly Node[] {
  const all: Node[] = [];
  const visit = (node: Node) => {
    all.push(node);
    for (const child of node.children ?? []) visit(child);
  };
  visit(fromMarkdown(markdown) as Node);
  return all;
}

test('a hover has our own links and nothing else that does anything', async () => {
  const session = await startSession('hostile');
  const hover = await hoverText(session, 'tools.json', '"track_parcel"');
  const found = nodes(hover ?? '');
  const links = found.filter(({ type }) => type === 'link');
  expect(links).toHaveLength(6);
  for (const { url } of links) {
    const [, command, data] = /^command:([\w.]+)\?(.*)$/.exec(url ?? '') ?? [];
    expect(OWN_COMMANDS).toContain(command);
    expect(Array.isArray(JSON.parse(decodeURIComponent(data ?? '')))).toBe(true);
  }
  const types = new Set(found.map(({ type }) => type));
  expect([...types].sort()).toEqual([
    'inlineCode',
    'link',
    'paragraph',
    'root',
    'strong',
    'text',
    'thematicBreak',
  ]);
  expect(found.filter(({ type }) => type === 'thematicBreak')).toHaveLength(1);
  // The evidence is there, letter by letter, as code.
  expect(
    found.some(({ type, value }) => type === 'inlineCode' && value?.includes('<img src=x onerror=alert(1)>')),
  ).toBe(true);
});

test('hints are one line, diagnostics are plain text', async () => {
  const session = await startSession('hostile');
  const text = await session.read('tools.json');
  for (const { label } of await hints(session, 'tools.json', text)) {
    expect(typeof label).toBe('string');
    expect(String(label)).not.toMatch(/[\r\n]/);
    expect(String(label).length).toBeLessThanOrEqual(40);
  }
  const report = await pullDiagnostics(session, 'tools.json');
  for (const { message, relatedInformation } of report.kind === 'full' ? report.items : []) {
    expect(typeof message).toBe('string');
    for (const line of [message, ...(relatedInformation ?? []).map((related) => related.message)]) {
      expect(line).not.toMatch(/[\r\n]/);
    }
  }
});

const nasty = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '`',
        '``',
        '```',
        '~~~',
        '[a](command:b)',
        '![i](x:y)',
        '<b>',
        '</b>',
        '<!--',
        '**',
        '__',
        '# ',
        '- ',
        '> ',
        '1. ',
        '|',
        '\\',
        '\n',
        '\n\n',
        '---',
        '===',
        '&lt;',
        '$(zap)',
        'http://e.example',
        '<http://e.example>',
        'x',
        ' ',
      ),
      { maxLength: 14 },
    )
    .map((pieces) => pieces.join('')),
);

test('quoted text is text: no link, image, HTML, code, emphasis or heading comes out of it', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const found = nodes(`**${quoted(`x ${text} x`)}** · after`);
      expect(new Set(found.map(({ type }) => type))).toEqual(
        new Set(['root', 'paragraph', 'strong', 'text']),
      );
      const words = found.find(({ type }) => type === 'strong')?.children?.[0]?.value;
      expect(words).toBe(`x ${text} x`.replace(/\s+/g, ' '));
    }),
    { numRuns: 500 },
  );
});

test('code is code from its first to its last character', () => {
  fc.assert(
    fc.property(nasty, nasty, (first, second) => {
      const found = nodes(`Example: ${inlineCode(first)}, message 1\n\n${inlineCode(second)}\n\nafter`);
      const codes = found.filter(({ type }) => type === 'inlineCode').map(({ value }) => value?.trim());
      expect(codes).toEqual([first, second].map((text) => text.replace(/\s+/g, ' ').trim()));
      expect(new Set(found.map(({ type }) => type))).toEqual(
        new Set(['root', 'paragraph', 'text', 'inlineCode']),
      );
    }),
    { numRuns: 500 },
  );
});

test('the data of a command link cannot end the link', () => {
  fc.assert(
    fc.property(fc.array(nasty, { maxLength: 3 }), (data) => {
      const found = nodes(`${commandLink('Open', 'faultline.openRun', data)} · after`);
      const links = found.filter(({ type }) => type === 'link');
      expect(links).toHaveLength(1);
      const encoded = links[0]?.url?.replace('command:faultline.openRun?', '') ?? '';
      expect(JSON.parse(decodeURIComponent(encoded))).toEqual(JSON.parse(JSON.stringify(data)));
    }),
  );
});
