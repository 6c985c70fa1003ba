import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diagnose } from '../../../server/diagnose/diagnose.ts';
import type { RunFacts } from '../../../server/diagnose/runFacts.ts';
import { facts, failure, options, promptLink, shown, sources, toolLink } from './facts.ts';

const PROMPT = `You book tables for guests of a harbour restaurant.

## Booking
Call find_table before book_table.

## Refusals
Never promise a window seat.
`;
const TOOLS = `[
  {
    "name": "book_table",
    "description": "Books a table.",
    "parameters": {
      "type": "object",
      "properties": {
        "day": { "type": "string" },
        "guests": { "type": "array", "items": { "type": "object", "properties": { "age": { "type": "number" } } } }
      }
    }
  },
  { "name": "find_table", "description": "Finds one.", "parameters": { "type": "object", "properties": {} } }
]
`;
const all = sources({ 'prompts/host.md': PROMPT, 'tools.json': TOOLS });
const links = {
  prompts: [promptLink('prompts/host.md')],
  tools: [toolLink('book_table', 'tools.json'), toolLink('find_table', 'tools.json')],
};
const badDay = failure({
  kind: 'invalid-arguments',
  tool: 'book_table',
  parameter: 'day',
  signature: 'day: must match format "date"',
  evidence: 'book_table.day = "tomorrow"',
});

function run(id: string, given: Partial<RunFacts> = {}): RunFacts {
  return facts(id, { ...links, calls: new Map([['book_table', 1]]), ...given });
}

test('failures go to the parameter, the tool, the section and the prompt that they speak of', () => {
  const runs = [
    run('a', { failures: [badDay] }),
    run('b', { failures: [failure({ kind: 'tool-error', tool: 'book_table', signature: 'Error: full' })] }),
    run('c', {
      failures: [
        failure({
          kind: 'invalid-arguments',
          tool: 'book_table',
          parameter: 'guests/3/age',
          signature: 'must be number',
        }),
      ],
    }),
    run('d', {
      failures: [failure({ kind: 'repeated-call', tool: 'find_table', certainty: 'likely' })],
      calls: new Map([['find_table', 3]]),
    }),
    run('e', { failures: [failure({ kind: 'unknown-tool', tool: 'call_manager' })] }),
    run('f', { failures: [failure({ kind: 'truncated' })] }),
    run('g', { passed: false, failures: [failure({ kind: 'failed-outcome' })] }),
  ];
  const { findings } = diagnose(runs, all, options);
  expect(findings.map((finding) => shown(finding, all))).toMatchInlineSnapshot(`
    [
      "prompts/host.md:1 [You book tables for guests of a harbour restaurant.] hint related: 1 of 7 runs that carried this prompt were recorded as failed",
      "prompts/host.md:1 [You book tables for guests of a harbour restaurant.] hint missing: 1 of 7 runs were cut off at the output limit",
      "prompts/host.md:1 [You book tables for guests of a harbour restaurant.] hint missing: 1 of 7 runs called call_manager, a tool that is not offered",
      "tools.json:3 ["book_table"] hint structural: 1 of 6 runs that called book_table got an error: full",
      "tools.json:8 ["day"] hint structural: 1 of 6 runs that called book_table sent bad arguments: day: must match format "date"",
      "tools.json:9 ["age"] hint structural: 1 of 6 runs that called book_table sent bad arguments: must be number",
      "prompts/host.md:3 [## Booking] hint related: 1 of 1 runs that called find_table made the same call again",
    ]
  `);
});

test('counts are runs, not failures, and their denominator the runs that could have shown it', () => {
  const runs = [
    run('a', { failures: [badDay, { ...badDay, message: 6 }, { ...badDay, message: 9 }] }),
    run('b', { failures: [badDay] }),
    run('c'),
    run('never called it', { calls: new Map() }),
    // Another agent's tool of the same name.
    run('elsewhere', { prompts: [], tools: [toolLink('book_table', null)] }),
  ];
  const [finding] = diagnose(runs, all, options).findings;
  expect(finding).toMatchObject({ runsAffected: 2, runsExposed: 3, onCurrentText: 2, onOlderText: 0 });
  expect(finding?.occurrences.map(({ runId, message }) => `${runId} ${message}`)).toEqual(['a 2', 'b 2']);
});

test('older wordings are counted apart', () => {
  const old = { tools: [toolLink('book_table', 'tools.json', 'older')] };
  const runs = [run('a', { ...old, failures: [badDay] }), run('b', { failures: [badDay] })];
  expect(diagnose(runs, all, options).findings[0]).toMatchObject({
    onCurrentText: 1,
    onOlderText: 1,
    runsAffected: 2,
  });
});

test('the environment and the user blame no file', () => {
  const failures = (['environment', 'user'] as const).map((blame) =>
    failure({ kind: 'tool-error', tool: 'book_table', blame, signature: 'Error: <n> service unavailable' }),
  );
  const diagnosis = diagnose([run('a', { failures })], all, options);
  expect(diagnosis.findings).toEqual([]);
  // They still are errors of a call, which the lens counts.
  expect(diagnosis.stats.find(({ anchorId }) => anchorId === 'tool:book_table')).toMatchObject({
    calls: 1,
    errors: 1,
  });
});

test('a warning needs runs and structural evidence; a lint is a hint', () => {
  const many = (
    kind: 'tool-error' | 'truncated',
    count: number,
    certainty: 'certain' | 'likely' | 'hint' = 'certain',
  ) =>
    Array.from({ length: count }, (_, i) =>
      run(`r${i}`, {
        failures: [failure({ kind, tool: kind === 'tool-error' ? 'book_table' : null, certainty })],
      }),
    );
  const severity = (runs: RunFacts[]) => diagnose(runs, all, options).findings[0]?.severity;
  expect(severity(many('tool-error', 10))).toBe('warning');
  expect(severity(many('tool-error', 9))).toBe('information');
  expect(severity(many('tool-error', 30, 'hint'))).toBe('hint');
  expect(severity(many('truncated', 30))).toBe('information');
});

test('the weakest evidence of a pattern is the finding’s', () => {
  const runs = [
    run('a', { failures: [badDay] }),
    run('b', { failures: [{ ...badDay, certainty: 'likely' }] }),
  ];
  expect(diagnose(runs, all, options).findings[0]?.certainty).toBe('likely');
});

test('examples are the newest five; times span all runs', () => {
  const runs = ['03', '01', '07', '05', '02', '06', '04'].map((day) =>
    run(`day ${day}`, { startedAt: `2031-05-${day}T10:00:00Z`, failures: [badDay] }),
  );
  const [finding] = diagnose([...runs, run('no time', { failures: [badDay] })], all, options).findings;
  expect(finding?.examples.map(({ runId }) => runId)).toEqual([
    'day 07',
    'day 06',
    'day 05',
    'day 04',
    'day 03',
  ]);
  expect(finding).toMatchObject({ firstSeen: '2031-05-01T10:00:00Z', lastSeen: '2031-05-07T10:00:00Z' });
});

test('ids depend on what and where, never on how often', () => {
  const one = diagnose([run('a', { failures: [badDay] })], all, options).findings;
  const later = diagnose(
    [
      run('z', { startedAt: '2031-01-01T00:00:00Z', failures: [badDay] }),
      run('y', { failures: [badDay] }),
      run('x'),
    ],
    sources({ 'prompts/host.md': PROMPT, 'tools.json': `\n\n${TOOLS}` }),
    { ...options, warnFromRuns: 1 },
  ).findings;
  expect(later.map(({ id }) => id)).toEqual(one.map(({ id }) => id));
  const other = diagnose(
    [run('a', { failures: [{ ...badDay, signature: 'day: is required' }] })],
    all,
    options,
  ).findings;
  expect(other[0]?.id).not.toBe(one[0]?.id);
});

test('hidden findings and findings beyond the cap are counted by file', () => {
  const runs = Array.from({ length: 6 }, (_, i) =>
    run(`r${i}`, {
      failures: [failure({ kind: 'tool-error', tool: 'book_table', signature: `Error ${'abcdef'[i]}` })],
    }),
  );
  const hidden = diagnose(runs, all, options).findings[0]?.id;
  const diagnosis = diagnose(runs, all, { ...options, maxPerFile: 3, isHidden: (id) => id === hidden });
  expect(diagnosis.findings).toHaveLength(3);
  expect(diagnosis.findings.map(({ id }) => id)).not.toContain(hidden);
  expect([...diagnosis.hiddenByFile]).toEqual([['tools.json', 3]]);
});

test('what no file explains is counted', () => {
  const runs = [
    run('a'),
    run('b', {
      prompts: [],
      tools: [toolLink('find_table', null), toolLink('pour', null)],
      calls: new Map([
        ['find_table', 2],
        ['pour', 5],
      ]),
    }),
  ];
  expect(diagnose(runs, all, options).unlinked).toEqual({
    runs: 1,
    tools: [
      { name: 'pour', calls: 5 },
      { name: 'find_table', calls: 2 },
    ],
  });
});

test('a place that today’s files do not have any more gives no finding and no throw', () => {
  const gone = run('a', {
    prompts: [promptLink('prompts/deleted.md')],
    tools: [toolLink('book_table', 'deleted.json'), toolLink('dropped', 'tools.json')],
    calls: new Map([
      ['book_table', 1],
      ['dropped', 1],
    ]),
    failures: [badDay, failure({ kind: 'tool-error', tool: 'dropped' }), failure({ kind: 'truncated' })],
  });
  expect(diagnose([gone], all, options).findings).toEqual([]);
});

const someFailure = fc
  .record({
    kind: fc.constantFrom(
      'invalid-arguments',
      'tool-error',
      'repeated-call',
      'unknown-tool',
      'truncated',
      'failed-outcome',
    ),
    tool: fc.constantFrom('book_table', 'find_table', 'nobody_knows', null),
    parameter: fc.constantFrom('day', 'guests/0/age', 'guests', 'no/such', null),
    signature: fc.constantFrom('a', 'b <n>', ''),
    blame: fc.constantFrom('tool', 'prompt', 'environment', 'user', 'unknown'),
    certainty: fc.constantFrom('certain', 'likely', 'hint'),
  } as const)
  .map((given) => failure(given));
const someRuns = fc
  .array(
    fc.record({
      failures: fc.array(someFailure, { maxLength: 4 }),
      passed: fc.constantFrom(true, false, null),
    }),
    { maxLength: 12 },
  )
  .map((given) => given.map((one, i) => run(`r${i}`, one)));

test('same facts, same findings, ids and order; order of runs changes no count', () => {
  fc.assert(
    fc.property(someRuns, (runs) => {
      const first = diagnose(runs, all, options);
      expect(diagnose(runs, all, options)).toEqual(first);
      const counts = (d: typeof first) =>
        d.findings.map(({ id, title, severity, runsAffected, runsExposed }) => [
          id,
          title,
          severity,
          runsAffected,
          runsExposed,
        ]);
      const sorted = (d: typeof first) => counts(d).sort();
      expect(sorted(diagnose([...runs].reverse(), all, options))).toEqual(sorted(first));
    }),
  );
});

test('figures add up for any facts', () => {
  fc.assert(
    fc.property(someRuns, (runs) => {
      const { findings, failedRuns } = diagnose(runs, all, options);
      expect(failedRuns).toBeLessThanOrEqual(runs.length);
      expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
      for (const finding of findings) {
        expect(finding.runsAffected).toBe(finding.occurrences.length);
        expect(finding.onCurrentText + finding.onOlderText).toBe(finding.runsAffected);
        expect(finding.runsAffected).toBeLessThanOrEqual(finding.runsExposed);
        expect(finding.hint.length).toBeLessThanOrEqual(40);
        const text = all.get(finding.file)?.text ?? '';
        expect(finding.range.end).toBeGreaterThan(finding.range.start);
        expect(finding.range.end).toBeLessThanOrEqual(text.length);
      }
    }),
  );
});

test('a tool that nothing defines stands at the nearest one, of all runs that know the file', () => {
  const stray = failure({ kind: 'unknown-tool', tool: 'book_tabel', certainty: 'likely' });
  const runs = [
    run('a', { failures: [stray] }),
    run('b', { calls: new Map() }),
    facts('c', { tools: [toolLink('find_table', 'tools.json')] }),
    facts('d', { prompts: links.prompts }),
  ];
  const { findings } = diagnose(runs, all, options);
  expect(findings.map((finding) => shown(finding, all))).toEqual([
    'tools.json:3 ["book_table"] hint structural: 1 of 3 runs called book_tabel, a tool that no file of the workspace defines',
  ]);
});
