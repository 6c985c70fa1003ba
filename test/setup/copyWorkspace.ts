// A test changes files, so it gets its own copy of a fixture workspace, outside this checkout's git.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync } from 'node:fs';
import { devNull } from 'node:os';
import path from 'node:path';

export type CopyOptions = {
  /** Folder that receives the copy; the caller deletes it. */
  readonly into: string;
  /** Whether the copy becomes a git repository with all its files in one commit. */
  readonly git?: boolean;
};

/** Copies `test/fixtures/workspaces/<name>`, or the bundled sample, and returns the copy's real path. */
export function copyWorkspace(name: string, { into, git = false }: CopyOptions): string {
  const source =
    name === 'sample'
      ? path.join(import.meta.dirname, '..', '..', 'media', 'sample')
      : path.join(import.meta.dirname, '..', 'fixtures', 'workspaces', name);
  mkdirSync(into, { recursive: true });
  // On macOS the temporary folder is a link, and editors report real paths.
  const copy = path.join(realpathSync(into), name);
  cpSync(source, copy, { recursive: true });
  if (git) {
    runGit(copy, 'init', '--quiet', '--initial-branch=main');
    runGit(copy, 'add', '--all');
    runGit(copy, 'commit', '--quiet', '--message=Fixture');
  }
  return copy;
}

/** Runs git in a copied workspace with a fixed author and date, so that commits have the same hash everywhere. */
export function runGit(folder: string, ...parameters: readonly string[]): string {
  const date = '2026-01-01T00:00:00Z';
  const person = (role: string) => ({
    [`GIT_${role}_NAME`]: 'Fixture',
    [`GIT_${role}_EMAIL`]: 'fixture@example.invalid',
    [`GIT_${role}_DATE`]: date,
  });
  // The settings of whoever runs the tests (signing, hooks, line endings) stay out.
  const isolation = { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' };
  const environment = { ...process.env, ...isolation, ...person('AUTHOR'), ...person('COMMITTER') };
  const { status, stdout, stderr, error } = spawnSync('git', parameters, {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`git ${parameters.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
