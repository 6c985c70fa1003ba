import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type CommandLine, commandLine } from './commandLine.ts';

const ENTRY = fileURLToPath(new URL('../../../server/cli.ts', import.meta.url));

function start({ folder }: CommandLine, ...words: readonly string[]) {
  const state = { XDG_CACHE_HOME: `${folder}/cache`, XDG_STATE_HOME: `${folder}/state` };
  return spawn(process.execPath, [ENTRY, ...words], {
    cwd: `${folder}/clinic`,
    env: { ...process.env, ...state },
  });
}

test('a reader that closes the pipe early does not change the exit code', async () => {
  const line = commandLine();
  for (const [severity, expected] of [
    ['hint', 1],
    ['warning', 0],
  ] as const) {
    const child = start(line, 'check', '--fail-on', severity, '--format', 'json');
    child.stdout.destroy();
    child.stderr.destroy();
    const [code] = await once(child, 'close');
    expect(code).toBe(expected);
  }
});

test('the entry passes on words, output and exit code', async () => {
  const child = start(commandLine(), 'dance');
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  expect({ code, err }).toEqual({
    code: 2,
    err: 'faultline: unknown command "dance"; commands: index, runs, check, fix, replay\n',
  });
});
