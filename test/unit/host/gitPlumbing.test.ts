import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGitPlumbing } from '../../../server/host/gitPlumbing.ts';

let folder = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'faultline-git-')));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function git(...args: readonly string[]): string {
  const identity = [
    '-c',
    'user.name=Tester',
    '-c',
    'user.email=tester@example.invalid',
    '-c',
    'core.autocrlf=false',
  ];
  return execFileSync('git', ['-C', folder, ...identity, ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}

function commit(day: number, files: Readonly<Record<string, string>>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  git('add', '.');
  const date = `2026-01-0${day}T10:00:00Z`;
  execFileSync(
    'git',
    [
      '-C',
      folder,
      '-c',
      'user.name=T',
      '-c',
      'user.email=t@example.invalid',
      'commit',
      '-q',
      '-m',
      'x',
      '--date',
      date,
    ],
    { env: { ...process.env, GIT_COMMITTER_DATE: date } },
  );
  return git('rev-parse', 'HEAD');
}

test('revisions come newest first, with date and text', async () => {
  git('init', '-q');
  const first = commit(1, { 'prompts/a [1].md': 'one\n' });
  commit(2, { 'other.md': 'other' });
  const second = commit(3, { 'prompts/a [1].md': '\ufeffzwei ü\n' });
  expect(await createGitPlumbing(folder).history('prompts/a [1].md')).toEqual([
    { commit: second, committedAt: '2026-01-03T10:00:00.000Z', text: 'zwei ü\n' },
    { commit: first, committedAt: '2026-01-01T10:00:00.000Z', text: 'one\n' },
  ]);
});

test('the workspace may be a folder deep inside the repository', async () => {
  git('init', '-q');
  const first = commit(1, { 'apps/desk/prompts/a.md': 'one', 'prompts/a.md': 'not this' });
  const revisions = await createGitPlumbing(join(folder, 'apps/desk')).history('prompts/a.md');
  expect(revisions.map(({ commit: id, text }) => [id, text])).toEqual([[first, 'one']]);
});

test('a file that was away for a time has the revisions in which it was there', async () => {
  git('init', '-q');
  commit(1, { 'a.md': 'one', 'b.md': 'b' });
  git('rm', '-q', 'a.md');
  commit(2, { 'b.md': 'c' });
  commit(3, { 'a.md': 'three' });
  expect((await createGitPlumbing(folder).history('a.md')).map(({ text }) => text)).toEqual(['three', 'one']);
});

test('no repository, no commit, no git, no such file, a path outside: no history', async () => {
  expect(await createGitPlumbing(folder).history('a.md')).toEqual([]);
  git('init', '-q');
  expect(await createGitPlumbing(folder).history('a.md')).toEqual([]);
  commit(1, { 'a.md': 'one', 'b.bin': 'a\0b' });
  expect(await createGitPlumbing(folder, join(folder, 'no-such-git')).history('a.md')).toEqual([]);
  expect(await createGitPlumbing(join(folder, 'missing')).history('a.md')).toEqual([]);
  expect(await createGitPlumbing(folder).history('nope.md')).toEqual([]);
  expect(await createGitPlumbing(join(folder, '.git')).history('../a.md')).toEqual([]);
  expect(await createGitPlumbing(folder).history('a.md\nHEAD:a.md')).toEqual([]);
  expect(await createGitPlumbing(folder).history('b.bin')).toEqual([]);
});

test('a hostile repository runs nothing and loses nothing', async () => {
  git('init', '-q');
  commit(1, { 'a.md': 'one', '.gitattributes': '* diff=evil filter=evil\n' });
  const commits = [commit(2, { 'a.md': 'two' })];
  const written = join(folder, 'written');
  const script = join(folder, 'evil.sh');
  writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> '${written}'\n`);
  chmodSync(script, 0o755);
  const programs = [
    'core.fsmonitor',
    'core.sshCommand',
    'core.askPass',
    'core.pager',
    'core.editor',
    'diff.external',
  ];
  programs.push(
    'diff.evil.textconv',
    'diff.evil.command',
    'filter.evil.smudge',
    'filter.evil.clean',
    'filter.evil.process',
  );
  programs.push(
    'pager.rev-list',
    'pager.cat-file',
    'credential.helper',
    'gpg.program',
    'uploadpack.packObjectsHook',
  );
  for (const name of programs) git('config', name, script);
  for (const name of ['rev-list', 'cat-file']) git('config', `alias.${name}`, `!${script}`);
  git('config', 'core.hooksPath', folder);
  writeFileSync(join(folder, 'post-index-change'), `#!/bin/sh\necho hook >> '${written}'\n`, { mode: 0o755 });
  const revisions = await createGitPlumbing(folder).history('a.md');
  expect(revisions.map(({ text }) => text)).toEqual(['two', 'one']);
  expect(revisions[0]?.commit).toBe(commits[0]);

  // A missing object of a partial clone would be fetched through a program of the repository's choice.
  const blob = git('rev-parse', 'HEAD:a.md');
  rmSync(join(folder, '.git/objects', blob.slice(0, 2), blob.slice(2)), { force: true });
  git('config', 'core.repositoryFormatVersion', '1');
  git('config', 'extensions.partialClone', 'origin');
  git('config', 'remote.origin.promisor', 'true');
  git('config', 'remote.origin.partialCloneFilter', 'blob:none');
  git('config', 'remote.origin.url', `ext::${script} %S`);
  git('config', 'remote.origin.uploadpack', script);
  git('config', 'protocol.ext.allow', 'always');
  rmSync(written, { force: true });
  await createGitPlumbing(folder).history('a.md');
  git('config', 'remote.origin.url', folder);
  git('config', 'protocol.file.allow', 'always');
  await createGitPlumbing(folder).history('a.md');
  expect(existsSync(written)).toBe(false);
});
