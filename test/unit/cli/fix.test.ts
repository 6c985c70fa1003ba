import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CommandLine, commandLine } from './commandLine.ts';
import { dateDesk, deskModel, PATCH } from './dateDesk.ts';

const DESK = ['--workspace', 'desk', '--answers', '1', '--concurrency', '4'];

/** The id of the finding that has a fix. */
async function fixable({ faultline }: CommandLine): Promise<string> {
  const { out } = await faultline('check', '--workspace', 'desk', '--format', 'json');
  const { findings } = JSON.parse(out) as { findings: { id: string; kind: string; fixes: string[] }[] };
  const finding = findings.find(({ kind, fixes }) => kind === 'invalid-arguments' && fixes.length > 0);
  expect(finding).toBeDefined();
  return finding?.id ?? '';
}

function desk(): { line: CommandLine; tools: () => string } {
  const line = commandLine();
  dateDesk(line);
  return { line, tools: () => readFileSync(join(line.folder, 'desk/tools.json'), 'utf8') };
}

describe('fix', () => {
  test('without an endpoint nothing is sent, whatever keys are set, and nothing is accepted', async () => {
    const { line, tools } = desk();
    const before = tools();
    const id = await fixable(line);
    const words = ['fix', '--finding', id, '--apply', '--format', 'json', '--index', ':memory:', ...DESK];
    const { code, out, err } = await line.plain(words, { OPENAI_API_KEY: 'none' });
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      edit: { file: 'tools.json', author: 'rule' },
      verdict: { result: 'not-validated', cost: { requests: 0 } },
      applied: false,
    });
    expect(tools()).toBe(before);
  });

  test('an accepted edit is written with --apply, and what is sent is said before', async () => {
    const { line, tools } = desk();
    const model = await deskModel(true);
    const id = await fixable(line);
    const fix = (...words: string[]) =>
      line.faultline('fix', '--finding', id, '--model-endpoint', model.url, ...DESK, ...words);
    const kept = tools();
    const shown = await fix('--format', 'json');
    expect(shown.err).toMatch(
      /^faultline: sends about [\d,]+ requests and [\d,]+ input tokens to http:\/\/127\.0\.0\.1:\d+\/v1, at most 2,000 requests; Ctrl\+C stops\n$/,
    );
    const { verdict, applied } = JSON.parse(shown.out);
    expect({ code: shown.code, result: verdict.result, applied }).toEqual({
      code: 0,
      result: 'accept',
      applied: false,
    });
    expect(verdict.cost.requests).toBe(model.requests());
    expect(tools()).toBe(kept);
    const asked = model.requests();
    const written = await fix('--apply', '--quiet');
    expect({ code: written.code, err: written.err }).toEqual({ code: 0, err: '' });
    expect(written.out).toContain('ACCEPT');
    expect(written.out).toContain('Applied to tools.json.');
    expect(model.requests()).toBe(asked);
    expect(tools()).not.toBe(kept);
    const regressions = (...words: string[]) =>
      line.faultline('replay', '--regressions', '--model-endpoint', model.url, ...DESK, ...words);
    const holds = await regressions('--format', 'json', '--quiet');
    expect(holds.code).toBe(0);
    expect(JSON.parse(holds.out).regressions).toMatchObject([
      {
        ok: true,
        file: 'tools.json',
        findingId: id,
        verdict: { result: 'accept', failing: verdict.failing },
      },
    ]);
    expect(model.requests()).toBe(asked);
    // Answers hold conversations; the workspace's own file keeps its rights.
    const state = join(line.folder, 'state/faultline');
    const own = join(state, readdirSync(state)[0] ?? '');
    if (process.platform === 'win32') return;
    expect([join(line.folder, 'state'), state, own].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o700, 0o700, 0o700,
    ]);
    for (const name of readdirSync(own)) expect(statSync(join(own, name)).mode & 0o777).toBe(0o600);
  });

  test('an edit that does not help is written with --apply=always alone', async () => {
    const { line, tools } = desk();
    const model = await deskModel(false);
    const id = await fixable(line);
    const kept = tools();
    const words = ['fix', '--finding', id, '--quiet', '--format', 'ndjson', ...DESK];
    const environment = { OPENAI_BASE_URL: `${model.url}/` };
    const refused = await line.plain([...words, '--apply', '--index', ':memory:'], environment);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out).applied).toBe(false);
    expect(tools()).toBe(kept);
    const forced = await line.plain([...words, '--apply=always', '--index', ':memory:'], environment);
    expect(forced.code).toBe(1);
    expect(JSON.parse(forced.out).applied).toBe(true);
    expect(tools()).not.toBe(kept);
  });

  test.each([
    [['--finding', 'nope'], 'nope'],
    [['--strategy', 'nope'], 'nope'],
  ])('%j names nothing: exit code 2', async (words, message) => {
    const { line } = desk();
    const id = await fixable(line);
    const { code, out, err } = await line.faultline('fix', '--finding', id, ...DESK, ...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });
});

describe('replay', () => {
  test('judges a patch, keeps the answers in the cassette and needs no endpoint the second time', async () => {
    const { line, tools } = desk();
    const model = await deskModel(true);
    line.file('mine.patch', PATCH);
    const words = ['replay', '--edit', 'mine.patch', '--cassette', 'tape.jsonl', '--format', 'json', ...DESK];
    const first = await line.faultline(...words, '--model-endpoint', model.url);
    expect(first.err).toBe(`faultline: sends at most 2,000 requests to ${model.url}; Ctrl+C stops\n`);
    const answer = JSON.parse(first.out);
    expect({ code: first.code, result: answer.verdict.result }).toEqual({ code: 0, result: 'accept' });
    expect(answer.edit).toMatchObject({ file: 'tools.json', author: 'person' });
    const { failing, passing } = answer.verdict;
    const { fixed, stillFailing, newlyFailing, notReproduced, diverged, errors } = failing;
    expect(fixed + stillFailing + newlyFailing + notReproduced + diverged + errors).toBe(failing.n);
    expect(passing.kept + passing.broken).toBeLessThanOrEqual(passing.n);
    const asked = model.requests();
    const again = await line.faultline(...words, '--apply');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(again.out)).toMatchObject({ verdict: { result: 'accept' }, applied: true });
    expect(model.requests()).toBe(asked);
    expect(tools()).toContain('The day is YYYY-MM-DD.');
    expect(existsSync(join(line.folder, 'tape.jsonl'))).toBe(true);
  });

  test('limits are kept to', async () => {
    const { line } = desk();
    const model = await deskModel(true);
    line.file('mine.patch', PATCH);
    const id = await fixable(line);
    const { code, out } = await line.faultline(
      ...[
        'replay',
        '--edit',
        'mine.patch',
        '--finding',
        id,
        '--model-endpoint',
        model.url,
        '--model',
        'other',
        ...DESK,
      ],
      ...[
        '--max-failing',
        '4',
        '--max-passing',
        '5',
        '--max-requests',
        '12',
        '--seed',
        '3',
        '--format',
        'json',
        '--quiet',
      ],
    );
    expect(code).toBe(1);
    const { verdict } = JSON.parse(out);
    expect(verdict.failing.n).toBeLessThanOrEqual(4);
    expect(verdict.passing.n).toBeLessThanOrEqual(5);
    expect(model.requests()).toBeLessThanOrEqual(12);
  });

  test('a patch that does not fit is refused', async () => {
    const { line } = desk();
    line.file('mine.patch', PATCH.replace('"Books a repair.",', '"Sells a repair.",'));
    line.file('none.patch', 'nothing');
    for (const patch of ['mine.patch', 'none.patch']) {
      const { code, err } = await line.faultline('replay', '--edit', patch, ...DESK);
      expect(code).toBe(2);
      expect(err).toMatch(/^faultline: [^\n]+\n$/);
    }
  });
});
