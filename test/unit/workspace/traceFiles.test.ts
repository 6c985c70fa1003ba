import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeFiles } from '../../../server/host/nodeFiles.ts';
import { findTraces } from '../../../server/workspace/traceFiles.ts';

let folder: string;
let root: string;

beforeAll(async () => {
  folder = (await mkdtemp(join(tmpdir(), 'faultline-traces-'))).replaceAll('\\', '/');
  root = `${folder}/work space`;
  for (const file of [
    'work space/traces/a.jsonl',
    'work space/traces/deep/b.json',
    'work space/traces/.hidden.jsonl',
    'work space/traces/README.md',
    'work space/traces/node_modules/c.jsonl',
    'work space/logs/d.jsonl',
    'work space/one.jsonl',
    'outside/e.jsonl',
  ]) {
    await mkdir(dirname(`${folder}/${file}`), { recursive: true });
    await writeFile(`${folder}/${file}`, '{}');
  }
  await symlink(`${folder}/outside`, `${root}/traces/link`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function names(patterns: readonly string[], given: { mustExist?: boolean; onlyInside?: boolean } = {}) {
  const found = await findTraces(root, patterns, nodeFiles, { mustExist: false, onlyInside: true, ...given });
  return found.ok ? found.files.map(({ name }) => name.replace(`${folder}/`, '<folder>/')) : found;
}

describe('patterns', () => {
  test('a folder is all of it, a file itself, a glob what it matches', async () => {
    const inTraces = ['traces/.hidden.jsonl', 'traces/a.jsonl', 'traces/deep/b.json'];
    expect(await names(['traces'])).toEqual(inTraces);
    expect(await names(['traces/'])).toEqual(inTraces);
    expect(await names(['./traces/**'])).toEqual(inTraces);
    expect(await names(['one.jsonl'])).toEqual(['one.jsonl']);
    expect(await names(['*/*.jsonl'])).toEqual(['logs/d.jsonl', 'traces/.hidden.jsonl', 'traces/a.jsonl']);
    expect(await names(['**/{b,d}.json*'])).toEqual(['logs/d.jsonl', 'traces/deep/b.json']);
  });

  test('a file that two patterns name is one file; the order is by name', async () => {
    expect(await names(['one.jsonl', 'logs', '**/*.jsonl', 'logs/d.jsonl'])).toEqual([
      'logs/d.jsonl',
      'one.jsonl',
      'traces/.hidden.jsonl',
      'traces/a.jsonl',
    ]);
  });

  test('a workspace and a trace whose names hold what globs are made of', async () => {
    const odd = `${root}/[slug] {x}`;
    await mkdir(`${odd}/traces`, { recursive: true });
    await writeFile(`${odd}/traces/[a](1).jsonl`, '{}');
    for (const onlyInside of [true, false]) {
      for (const pattern of ['traces/**', 'traces', 'traces/*.jsonl']) {
        const found = await findTraces(odd, [pattern], nodeFiles, { mustExist: false, onlyInside });
        expect(found.ok && found.files.map(({ name }) => name)).toEqual(['traces/[a](1).jsonl']);
      }
    }
    await rm(odd, { recursive: true });
  });

  test('backslashes and dots on the way', async () => {
    expect(await names(['traces\\deep\\b.json', 'logs/../one.jsonl'])).toEqual([
      'one.jsonl',
      'traces/deep/b.json',
    ]);
  });

  test('what names nothing is passed over in a setting and an error on a command line', async () => {
    expect(await names(['nowhere', 'no/*.jsonl', 'one.jsonl'])).toEqual(['one.jsonl']);
    expect(await names(['one.jsonl', 'nowhere'], { mustExist: true })).toEqual({
      ok: false,
      reason: 'no-such-path',
      path: 'nowhere',
    });
    expect(await names(['no/*.jsonl', 'none.*'], { mustExist: true })).toEqual({
      ok: false,
      reason: 'no-such-path',
      path: 'no/*.jsonl, none.*',
    });
    expect(await names(['no/*.jsonl'], { mustExist: false })).toEqual([]);
  });
});

describe('outside of the folder', () => {
  test('an untrusted folder reads nothing there, by whatever path', async () => {
    const attempts = [
      `${folder}/outside`,
      `${folder}/outside/e.jsonl`,
      '../outside',
      'traces/../../outside/*.jsonl',
      'traces/*/../../../outside/*',
      'traces/{..,x}/{..,x}/outside/*',
      'traces/link/*.jsonl',
      'traces/link/e.jsonl',
      'traces/link',
      '/',
      '/**',
      // A neighbour whose name begins alike.
      `${folder}/work space-2`,
    ];
    for (const attempt of attempts) expect([attempt, await names([attempt])]).toEqual([attempt, []]);
  });

  test('a folder that is itself a link out of the workspace is not read', async () => {
    await symlink(`${folder}/outside`, `${root}/linked`);
    expect(await names(['linked/**', 'linked', 'linked/e.jsonl'])).toEqual([]);
    // In a trusted folder a person may keep traces elsewhere.
    expect(await names(['linked/**'], { onlyInside: false })).toEqual(['linked/e.jsonl']);
  });

  test('a trusted folder may name it, and sees its absolute path', async () => {
    expect(await names(['../outside', 'one.jsonl'], { onlyInside: false })).toEqual([
      '<folder>/outside/e.jsonl',
      'one.jsonl',
    ]);
  });
});
