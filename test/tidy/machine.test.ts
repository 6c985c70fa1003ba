// Nothing in the project tells on the machine that it was written on, or ties it to one registry.
import { homedir, hostname } from 'node:os';
import { expect, test } from 'vitest';
import { at, projectFiles, root, textOf } from './projectFiles.ts';

const TEXT =
  /\.(?:ts|mts|js|mjs|cjs|json|jsonc|jsonl|md|css|html|yml|yaml|toml|txt|svg|sh)$|(?:^|\/)\.[a-z]+(?:rc|ignore)$|(?:^|\/)LICENSE$/;

function found(pattern: RegExp, files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const text = textOf(file);
    return [...text.matchAll(pattern)].map((match) => at(file, text, match.index).slice(0, 200));
  });
}

const texts = projectFiles().filter((file) => TEXT.test(file));

test('no registry host in the lock file', () => {
  const lock = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
  const resolved = Object.entries(lock.packages).filter(
    ([, entry]) => entry.resolved !== undefined && /^(?:https?|git)/.test(entry.resolved),
  );
  expect(resolved).toEqual([]);
  expect(textOf('.npmrc')).toMatch(/^omit-lockfile-registry-resolved=true$/m);
  expect(textOf('.npmrc')).not.toMatch(/^registry\s*=|_authToken/m);
});

test('no registry host in any file', () => {
  // Put together here, so that this file does not find itself.
  const hosts = [
    'registry\\.npm' + 'js\\.org',
    'registry\\.yarn' + 'pkg\\.com',
    'npm' + 'mirror\\.com',
    'arti' + 'factory',
  ];
  expect(found(new RegExp(hosts.join('|'), 'gi'), texts)).toEqual([]);
});

test('no absolute path of a machine', () => {
  const own = [root, homedir()].filter((path) => path.length > 4);
  const pattern = new RegExp(
    [
      ...own.map(escaped),
      '/home/' + '[a-z]',
      '/Users/' + '[A-Za-z]',
      '[A-Z]:\\\\Users' + '\\\\',
      '/work' + '/',
    ].join('|'),
    'g',
  );
  const places = found(pattern, texts);
  expect(places.filter((place) => !isInvented(place))).toEqual([]);
  const host = hostname();
  if (host.length > 5) expect(found(new RegExp(`\\b${escaped(host)}\\b`, 'g'), texts)).toEqual([]);
});

/** Paths made up for tests name a person called ada, or nobody. */
function isInvented(place: string): boolean {
  return /\/(?:home|Users)\/(?:ada|user|me|someone|x)\b/.test(place);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
