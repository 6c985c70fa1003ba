import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../server/detect/catalogue.ts';
import { anchorStats } from '../../../server/diagnose/anchorStats.ts';
import { placesOf } from '../../../server/diagnose/place.ts';
import { rankFindings } from '../../../server/diagnose/rankFindings.ts';
import { isFailedRun } from '../../../server/diagnose/runFacts.ts';
import { hintOf, shortened, titleOf, type WordingFacts } from '../../../server/diagnose/wording.ts';
import type { Finding } from '../../../server/model/finding.ts';
import { facts, failure, promptLink, sources, toolLink } from './facts.ts';

const words: WordingFacts = {
  kind: 'tool-error',
  certainty: 'certain',
  affected: 21,
  exposed: 61,
  tool: 'cancel_booking',
  parameter: null,
  signature: 'Error: booking not found',
};

describe('wording', () => {
  test('a title has count and denominator, a hint what the line does not say', () => {
    expect(titleOf(words)).toBe('21 of 61 runs that called cancel_booking got an error: booking not found');
    expect(hintOf(words)).toBe('21 of 61 runs: booking not found');
    expect(
      hintOf({ ...words, kind: 'invalid-arguments', parameter: 'day', signature: 'day: must be a date' }),
    ).toBe('21 of 61 runs: must be a date');
  });

  test('a tool counts as not offered only where the offer was recorded', () => {
    expect(titleOf({ ...words, kind: 'unknown-tool', certainty: 'likely' })).toBe(
      '21 of 61 runs called cancel_booking, a tool that no file of the workspace defines',
    );
  });

  test('every kind has both', () => {
    const lines = catalogue.map(
      ({ kind }) => `${hintOf({ ...words, kind })} | ${titleOf({ ...words, kind })}`,
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "21 of 61 runs: failed | 21 of 61 runs that carried this prompt were recorded as failed",
        "21 of 61 runs: called cancel_booking | 21 of 61 runs called cancel_booking, a tool that is not offered",
        "21 of 61 runs: booking not found | 21 of 61 runs that called cancel_booking sent bad arguments: Error: booking not found",
        "21 of 61 runs: booking not found | 21 of 61 runs that called cancel_booking got an error: booking not found",
        "21 of 61 runs: repeated cancel_booking | 21 of 61 runs that called cancel_booking made the same call again",
        "21 of 61 runs: cut off | 21 of 61 runs were cut off at the output limit",
        "21 of 61 runs: context overflow | 21 of 61 runs overflowed the model's context window",
        "21 of 61 runs: empty response | 21 of 61 runs ended in an empty response",
      ]
    `);
  });

  test('a hint is at most 40 characters on one line and never ends inside a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.nat(1_000_000),
        fc.constantFrom(...catalogue.map(({ kind }) => kind)),
        (signature, affected, kind) => {
          const hint = hintOf({
            ...words,
            kind,
            affected,
            exposed: affected + 1,
            signature,
            tool: signature,
          });
          expect(hint.length).toBeLessThanOrEqual(40);
          expect(hint.isWellFormed()).toBe(true);
        },
      ),
    );
  });

  test('a text is cut only when it is too long', () => {
    expect(shortened('12345', 5)).toBe('12345');
    expect(shortened('123456', 5)).toBe('1234…');
    expect(shortened('123 456', 5)).toBe('123…');
    expect(shortened('123😀56', 5)).toBe('123…');
  });
});

describe('place', () => {
  const all = sources({
    'prompts/desk.md': `Intro.

# Work
## Search
Use search-flights first, then \`book\`.
## Other
Say search twice: search.
`,
    'tools.json': `{ "name": "book", "parameters": { "type": "object", "properties": { "a": { "type": "object", "properties": { "b": { "type": "string" } } } } } }`,
  });
  const where = (tool: string | null, kind: 'repeated-call' | 'unknown-tool' = 'repeated-call') =>
    placesOf(failure({ kind, tool }), facts('r', { prompts: [promptLink('prompts/desk.md')] }), all).map(
      ({ anchor, level }) => `${anchor.id} ${level}`,
    );

  test('the innermost section that names the whole tool', () => {
    expect(where('search-flights')).toEqual(['section:Search related']);
    expect(where('book')).toEqual(['section:Search related']);
    expect(where('search')).toEqual(['section:Other related']);
    expect(where('flights')).toEqual(['prompt missing']);
    expect(where(null)).toEqual(['prompt missing']);
    expect(where('search-flights', 'unknown-tool')).toEqual(['section:Search structural']);
  });

  test('a parameter that the schema does not have falls back to what is around it', () => {
    const at = (parameter: string | null) =>
      placesOf(
        failure({ kind: 'invalid-arguments', tool: 'book', parameter }),
        facts('r', { tools: [toolLink('book', 'tools.json')] }),
        all,
      ).map(({ anchor }) => anchor.id);
    expect(at('a/b')).toEqual(['parameter:book/a/b']);
    expect(at('a/x/y')).toEqual(['parameter:book/a']);
    expect(at('zzz')).toEqual(['tool:book']);
    expect(at(null)).toEqual(['tool:book']);
  });

  test('a tool that does not exist blames the tool it comes closest to, unless a prompt names it', () => {
    const two = sources({
      'prompts/desk.md': 'Use `find` first.',
      'tools.json': JSON.stringify(
        ['book', 'cancel_booking'].map((name) => ({ name, parameters: { type: 'object', properties: {} } })),
      ),
    });
    const at = (tool: string, given: Parameters<typeof failure>[0] | object = {}, linked = ['book']) =>
      placesOf(
        failure({ kind: 'unknown-tool', tool, certainty: 'likely', ...given }),
        facts('r', {
          prompts: [promptLink('prompts/desk.md')],
          tools: [...linked.map((name) => toolLink(name, 'tools.json')), toolLink(tool, null)],
        }),
        two,
      ).map(({ file, anchor, level }) => `${file} ${anchor.id} ${level}`);
    expect(at('cancel_bookin')).toEqual(['tools.json tool:cancel_booking structural']);
    expect(at('find')).toEqual(['prompts/desk.md prompt missing']);
    expect(at('zzzzzzzz')).toEqual(['prompts/desk.md prompt missing']);
    expect(at('cancel_bookin', {}, [])).toEqual(['prompts/desk.md prompt missing']);
    // A recorded list names all there was: here `book` alone, which is not near.
    expect(at('cancel_bookin', { certainty: 'certain' })).toEqual(['prompts/desk.md prompt missing']);
    expect(at('bok', { certainty: 'certain' })).toEqual(['tools.json tool:book structural']);
  });

  test('a prompt that a run carried twice, and two prompts in one run', () => {
    const twice = facts('r', { prompts: [promptLink('prompts/desk.md'), promptLink('prompts/none.md')] });
    expect(placesOf(failure({ kind: 'truncated' }), twice, all).map(({ file }) => file)).toEqual([
      'prompts/desk.md',
    ]);
  });
});

describe('rank', () => {
  const finding = (id: string, given: Partial<Finding> = {}) =>
    ({
      id,
      file: 'a.md',
      range: { start: 0, end: 1 },
      runsAffected: 5,
      certainty: 'certain',
      ...given,
    }) as Finding;
  const order = (...findings: Finding[]) => rankFindings(findings, 20, () => false).shown.map(({ id }) => id);

  test('by runs and certainty, then by place', () => {
    expect(order(finding('few', { runsAffected: 2 }), finding('many', { runsAffected: 9 }))).toEqual([
      'many',
      'few',
    ]);
    expect(order(finding('hint', { certainty: 'hint' }), finding('sure', { runsAffected: 2 }))).toEqual([
      'sure',
      'hint',
    ]);
    expect(
      order(
        finding('b', { file: 'b.md' }),
        finding('later', { range: { start: 9, end: 10 } }),
        finding('z'),
        finding('a'),
      ),
    ).toEqual(['a', 'z', 'later', 'b']);
  });

  test('a hidden finding leaves its place in the cap to another', () => {
    const four = ['a', 'b', 'c', 'd'].map((id) => finding(id));
    const { shown, hiddenByFile } = rankFindings(four, 2, (id) => id === 'a');
    expect(shown.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(hiddenByFile.get('a.md')).toBe(2);
  });
});

describe('stats', () => {
  const all = sources({
    'p/prompts/one.md': 'Do it.',
    'tools.json': `[{ "name": "go", "parameters": { "type": "object", "properties": {} } }]`,
  });
  const links = { prompts: [promptLink('p/prompts/one.md')], tools: [toolLink('go', 'tools.json')] };
  const bad = (parameter: string, toolCallIndex: number) =>
    failure({
      kind: 'invalid-arguments',
      tool: 'go',
      parameter,
      message: 1,
      toolCallIndex,
      toolCallId: null,
    });

  test('runs of a prompt, calls of a tool; a call with two bad arguments is one malformed call', () => {
    const runs = [
      facts('a', {
        ...links,
        passed: false,
        calls: new Map([['go', 3]]),
        failures: [bad('x', 0), bad('y', 0), bad('x', 1)],
      }),
      facts('b', {
        ...links,
        passed: true,
        calls: new Map([['go', 1]]),
        failures: [failure({ kind: 'tool-error', tool: 'go' })],
      }),
      facts('c', { ...links, prompts: [...links.prompts, ...links.prompts] }),
    ];
    expect(anchorStats(runs, all)).toEqual([
      {
        file: 'p/prompts/one.md',
        anchorId: 'prompt',
        type: 'prompt',
        name: 'one.md',
        runs: 3,
        failedRuns: 1,
        calls: 0,
        errors: 0,
        invalid: 0,
      },
      {
        file: 'tools.json',
        anchorId: 'tool:go',
        type: 'tool',
        name: 'go',
        runs: 2,
        failedRuns: 1,
        calls: 4,
        errors: 1,
        invalid: 2,
      },
    ]);
  });

  test('a recorded outcome outweighs failures on the way', () => {
    const stumbled = { failures: [failure({ kind: 'tool-error' })] };
    expect(isFailedRun(facts('a', { ...stumbled, passed: true }))).toBe(false);
    expect(isFailedRun(facts('a', stumbled))).toBe(true);
    expect(
      isFailedRun(facts('a', { failures: [failure({ kind: 'tool-error', certainty: 'likely' })] })),
    ).toBe(false);
    expect(isFailedRun(facts('a', { passed: false }))).toBe(true);
  });
});
