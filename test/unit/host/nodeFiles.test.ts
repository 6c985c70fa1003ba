import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodeFiles } from '../../../server/host/nodeFiles.ts';

const isPosix = process.platform !== 'win32';
const rights = (path: string) => (isPosix ? (statSync(path).mode & 0o777).toString(8) : null);
const onPosix = (wanted: string) => (isPosix ? wanted : null);

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('what is made is for its owner alone', async () => {
  const folder = temporaryFolder();
  await nodeFiles.appendLine(`${folder}/a/b/log.jsonl`, '1');
  await nodeFiles.appendLine(`${folder}/a/b/log.jsonl`, '2');
  await nodeFiles.writeText(`${folder}/c/text.md`, 'x');
  expect(readFileSync(`${folder}/a/b/log.jsonl`, 'utf8')).toBe('1\n2\n');
  const made = ['a', 'a/b', 'a/b/log.jsonl', 'c', 'c/text.md'].map((name) => rights(join(folder, name)));
  expect(made).toEqual(['700', '700', '600', '700', '600'].map(onPosix));
});

test('a file that is replaced keeps its rights, and a link to it stays one', async () => {
  const folder = temporaryFolder();
  writeFileSync(`${folder}/prompt.md`, 'old');
  chmodSync(`${folder}/prompt.md`, 0o664);
  await nodeFiles.writeText(`${folder}/prompt.md`, 'new');
  expect([rights(`${folder}/prompt.md`), readFileSync(`${folder}/prompt.md`, 'utf8')]).toEqual([
    onPosix('664'),
    'new',
  ]);
  symlinkSync(`${folder}/prompt.md`, `${folder}/link.md`);
  await nodeFiles.writeText(`${folder}/link.md`, 'newer');
  expect(lstatSync(`${folder}/link.md`).isSymbolicLink()).toBe(true);
  expect(readFileSync(`${folder}/prompt.md`, 'utf8')).toBe('newer');
  expect(readdirSync(folder).sort()).toEqual(['link.md', 'prompt.md']);
});
