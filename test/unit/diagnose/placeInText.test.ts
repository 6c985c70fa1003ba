import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../server/diagnose/diagnose.ts';
import { movedOffset } from '../../../server/diagnose/movedOffset.ts';
import { placeInText } from '../../../server/diagnose/placeInText.ts';
import type { Finding } from '../../../server/model/finding.ts';
import { facts, failure, options, placed, promptLink, source, toolLink } from './facts.ts';

const PROMPT = `Be brief.

## Fees
Call get_fee first.

## Limits
Call get_limit last.
`;
const TOOLS = `[
  {
    "name": "get_fee",
    "description": "The fee.",
    "parameters": { "type": "object", "properties": {
      "day": { "type": "string" },
      "kind": { "type": "string" }
    } }
  },
  { "name": "get_limit", "parameters": { "type": "object", "properties": { "day": { "type": "string" } } } }
]
`;

function findingsOf(file: string, text: string): readonly Finding[] {
  const counted = new Map([[file, source(file, text)]]);
  const tools = ['get_fee', 'get_limit'];
  const run = facts('r', {
    prompts: [promptLink(file)],
    tools: tools.map((tool) => toolLink(tool, file)),
    calls: new Map(tools.map((tool) => [tool, 1])),
    failures: [
      ...tools.map((tool) => failure({ kind: 'repeated-call', tool })),
      ...tools.map((tool) => failure({ kind: 'tool-error', tool, toolCallIndex: 1 })),
      ...tools.map((tool) => failure({ kind: 'invalid-arguments', tool, parameter: 'day' })),
      failure({ kind: 'truncated' }),
    ],
  });
  return diagnose([run], counted, options).findings;
}

/** Tokens after an edit, in the order of the file before it. */
function after(file: string, before: string, now: string): string[] {
  const findings = [...findingsOf(file, before)].sort((a, b) => a.range.start - b.range.start);
  const text = source(file, now);
  return placeInText(findings, source(file, before), text).map((one) => placed(one, text));
}

const prompt = (now: string) => after('prompts/a.md', PROMPT, now);
const tools = (now: string) => after('tools.json', TOOLS, now);

describe('a prompt', () => {
  test('unchanged, and changed in white space alone', () => {
    expect(prompt(PROMPT)).toEqual(['Be brief.', '## Fees', '## Limits']);
    expect(prompt(PROMPT.replaceAll('\n', '\r\n'))).toEqual(['Be brief.', '## Fees', '## Limits']);
    expect(prompt(`${PROMPT}\n\n`)).toEqual(['Be brief.', '## Fees', '## Limits']);
  });
  test('a changed section is older than the edit, its neighbours are not', () => {
    expect(prompt(PROMPT.replace('first', 'at once'))).toEqual([
      'Be brief. (before your edit)',
      '## Fees (before your edit)',
      '## Limits',
    ]);
  });
  test('a renamed section keeps its finding', () => {
    expect(prompt(PROMPT.replace('## Fees', '## Charges'))).toEqual([
      'Be brief. (before your edit)',
      '## Charges (before your edit)',
      '## Limits',
    ]);
  });
  test('a deleted section leaves its finding to the prompt', () => {
    expect(prompt('Be brief.\n\n## Limits\nCall get_limit last.\n')).toEqual([
      'Be brief. (before your edit)',
      'Be brief. (before your edit)',
      '## Limits',
    ]);
  });
  test('a section of the same name above does not take the finding over', () => {
    const now = source('prompts/a.md', PROMPT.replace('## Fees', '## Fees\nOther words.\n\n## Fees'));
    const places = placeInText(findingsOf('prompts/a.md', PROMPT), source('prompts/a.md', PROMPT), now);
    const fees = places.find(({ finding }) => finding.anchor.name === 'Fees');
    expect(fees).toMatchObject({ isStale: false });
    expect(now.text.slice(fees?.range.start)).toMatch(/^## Fees\nCall get_fee/);
  });
  test('nothing is left', () => {
    expect(prompt('Else.')).toEqual(Array(3).fill('Else. (before your edit)'));
  });
});

describe('tool definitions', () => {
  const fresh = ['"get_fee"', '"day"', '"get_limit"', '"day"'];
  test('unchanged, and changed elsewhere', () => {
    expect(tools(TOOLS)).toEqual(fresh);
    expect(tools(TOOLS.replace('"kind": { "type": "string" }', '"kind": { "type": "number" }'))).toEqual([
      '"get_fee" (before your edit)',
      '"day"',
      '"get_limit"',
      '"day"',
    ]);
  });
  test('definitions that change places are the same definitions', () => {
    const [fee, limit] = JSON.parse(TOOLS) as [unknown, unknown];
    const one = JSON.stringify([fee, limit], null, 1);
    const other = JSON.stringify([limit, fee], null, 1);
    expect(after('tools.json', one, other)).toEqual(fresh);
  });
  test('a renamed tool and a renamed parameter keep their findings', () => {
    expect(tools(TOOLS.replace('get_fee', 'get_charge'))[0]).toBe('"get_charge" (before your edit)');
    expect(tools(TOOLS.replace('"day"', '"date"')).slice(0, 2)).toEqual([
      '"get_fee" (before your edit)',
      '"date" (before your edit)',
    ]);
  });
  test('a deleted parameter leaves its finding to the tool, a deleted tool to the top of the file', () => {
    expect(tools(TOOLS.replace('"day": { "type": "string" },', ''))[1]).toBe('"get_fee" (before your edit)');
    const left = JSON.stringify((JSON.parse(TOOLS) as unknown[]).slice(1));
    expect(tools(left)).toEqual([
      'top of file (before your edit)',
      'top of file (before your edit)',
      '"get_limit"',
      '"day"',
    ]);
  });
});

const plainLine = fc.stringMatching(/^[A-Za-z][A-Za-z ,.]{0,30}$/);

test('lines inserted above a section never make it stale nor move it to another token', () => {
  fc.assert(
    fc.property(
      fc.array(plainLine, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(0, 11, 41),
      (lines, above) => {
        const at = PROMPT.indexOf('\n', above) + 1;
        const inserted = `\n${lines.join('\n')}\n\n`;
        const now = source('prompts/a.md', PROMPT.slice(0, at) + inserted + PROMPT.slice(at));
        const findings = findingsOf('prompts/a.md', PROMPT);
        for (const { finding, range, isStale } of placeInText(
          findings,
          source('prompts/a.md', PROMPT),
          now,
        )) {
          if (finding.anchor.type !== 'section' || finding.range.start < at) continue;
          expect(isStale).toBe(false);
          expect(range.start).toBe(finding.range.start + inserted.length);
          expect(now.text.slice(range.start, range.end)).toBe(
            PROMPT.slice(finding.range.start, finding.range.end),
          );
        }
      },
    ),
  );
});

test('definitions and white space inserted above a tool never make it stale nor move it to another token', () => {
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), fc.nat(5), (names, blankLines) => {
      const inserted = `${'\n'.repeat(blankLines)}${names
        .map(
          (one) => `{ "name": "${one}", "parameters": { "type": "object", "properties": { "day": {} } } },`,
        )
        .join('\n')}`;
      const now = source('tools.json', TOOLS.replace('[', `[${inserted}`));
      for (const { finding, range, isStale } of placeInText(
        findingsOf('tools.json', TOOLS),
        source('tools.json', TOOLS),
        now,
      )) {
        expect(isStale).toBe(false);
        expect(range.start).toBe(finding.range.start + inserted.length);
      }
    }),
  );
});

test('any edit whatever keeps every finding, inside the text', () => {
  fc.assert(
    fc.property(fc.nat(PROMPT.length), fc.nat(60), fc.string({ maxLength: 30 }), (at, cut, text) => {
      const changed = `Kept.\n${PROMPT.slice(0, at)}${text}${PROMPT.slice(at + cut)}`;
      const now = source('prompts/a.md', changed);
      const findings = findingsOf('prompts/a.md', PROMPT);
      const places = placeInText(findings, source('prompts/a.md', PROMPT), now);
      expect(places.map(({ finding }) => finding)).toEqual(findings);
      for (const { range } of places) {
        expect(range.start).toBeLessThanOrEqual(range.end);
        expect(range.end).toBeLessThanOrEqual(changed.length);
      }
    }),
  );
});

test('an offset outside the edit moves with its text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (head, cut, put, tail) => {
      const moved = movedOffset(head + cut + tail, head + put + tail);
      for (let i = 0; i < head.length; i++) expect(moved(i)).toContain(i);
      const [from, to] = [head.length + cut.length, head.length + put.length];
      for (let i = 0; i < tail.length; i++) expect(moved(from + i)).toContain(to + i);
    }),
  );
});
