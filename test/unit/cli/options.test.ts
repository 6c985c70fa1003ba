import { describe, expect, test } from 'vitest';
import { commandLine } from './commandLine.ts';

const COMMANDS = ['index', 'runs', 'check', 'fix', 'replay'];

describe('help and version', () => {
  test('general help names every command', async () => {
    const { plain } = commandLine();
    for (const words of [[], ['help'], ['--help'], ['-h'], ['rollout', '--help']]) {
      const { code, out } = await plain(words);
      expect(code).toBe(0);
      for (const command of COMMANDS) expect(out).toContain(`faultline ${command}`);
    }
  });

  test('help of a command shows its own options first and no other command', async () => {
    const { plain } = commandLine();
    const check = await plain(['check', '--help']);
    expect(check.out.indexOf('--fail-on')).toBeLessThan(check.out.indexOf('--workspace'));
    expect(check.out).not.toContain('--max-failing');
    const fix = await plain(['help', 'fix']);
    expect(fix.out).toBe((await plain(['fix', '-h'])).out);
    expect(fix.out.indexOf('--strategy')).toBeLessThan(fix.out.indexOf('--workspace'));
    expect(fix.out).toMatch(/ --apply .*\n +--apply=always /);
    expect((await plain(['replay', '--help'])).out).toContain('--edit PATCH');
    expect((await plain(['index', '--help'])).code).toBe(0);
  });

  test('version', async () => {
    const { plain } = commandLine();
    expect(await plain(['version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    expect((await plain(['--version'])).out).toBe('1.2.3\n');
  });
});

describe('a wrong request is one line and exit code 2', () => {
  test.each([
    [['dance'], 'unknown command "dance"'],
    [['rollout', 'status'], 'rollout is not built yet'],
    [['check', '--nonsense'], '--nonsense'],
    [['index', 'extra'], 'extra'],
    [['check', '--format', 'xml'], '--format must be one of'],
    [['check', '--format', 'sarif'], 'SARIF'],
    [['index', '--format', 'sarif'], 'SARIF'],
    [['runs', '--format', 'sarif'], 'SARIF'],
    [['fix', '--finding', 'x', '--format', 'sarif'], 'SARIF'],
    [['check', '--fail-on', 'error'], '--fail-on must be one of'],
    [['check', '--workspace', ''], '--workspace is empty'],
    [['check', '--traces', ''], '--traces is empty'],
    [['check', '--index', ''], '--index is empty'],
    [['check', '--workspace', 'nowhere'], 'no workspace folder at nowhere'],
    [['check', '--workspace', 'clinic/tools.json'], 'is not a folder'],
    [['fix'], 'fix needs --finding'],
    [['replay'], 'replay needs --edit'],
    [['replay', '--edit', 'no.patch'], 'cannot read the patch no.patch'],
    [['fix', '--finding', 'x', '--apply=maybe'], '--apply must be one of'],
    [['fix', '--finding', 'x', '--answers', '0'], '--answers must be a number of at least 1'],
    [['fix', '--finding', 'x', '--answers', '1.5'], '--answers must be a whole number'],
    [['fix', '--finding', 'x', '--margin', '5'], '--margin is a share'],
    [['fix', '--finding', 'x', '--max-failing', '-1'], '--max-failing'],
    [['fix', '--finding', 'x', '--max-passing', 'many'], '--max-passing must be a number'],
    [['fix', '--finding', 'x', '--max-requests', ''], '--max-requests must be a number'],
    [['fix', '--finding', 'x', '--concurrency', '0'], '--concurrency'],
    [['fix', '--finding', 'x', '--seed', 'a'], '--seed must be a number'],
  ])('%j', async (words, message) => {
    const { code, out, err } = await commandLine().plain(words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toMatch(/^faultline: [^\n]+\n$/);
  });
});

describe('the endpoint', () => {
  test('a bad one in the environment does not matter to a command that sends nothing', async () => {
    const { plain } = commandLine();
    const words = ['check', '--workspace', 'clinic', '--index', ':memory:', '--quiet'];
    expect(await plain(words, { OPENAI_BASE_URL: 'not a url' })).toEqual(await plain(words));
  });

  test.each([
    ['OPENAI_BASE_URL', [], 'ftp://me:hush@models.example/v1?key=hush'],
    ['OPENAI_BASE_URL', [], 'https://me:hush@models.example/v1'],
    ['OPENAI_BASE_URL', [], 'me:hu/sh@models.example'],
    [
      '--model-endpoint',
      ['--model-endpoint', 'https://me:hush@models.example/v1'],
      'https://fine.example/v1',
    ],
    ['--model-endpoint', ['--model-endpoint', 'models.example'], undefined],
  ])('is named by its source %s and never with its password (%#)', async (source, words, inEnvironment) => {
    const { plain } = commandLine();
    const { code, err } = await plain(['fix', '--finding', 'x', ...words], {
      OPENAI_BASE_URL: inEnvironment,
    });
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`^faultline: ${source} must `));
    expect(err).toContain('models.example');
    expect(err).not.toMatch(/hu\/?sh|me:/);
  });
});
