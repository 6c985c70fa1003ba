// The README's tables against the rows that they are written from; and its links against the files.
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { readmeTables, withTables } from '../generate/readmeTables.ts';
import { projectFiles, root, textOf } from './projectFiles.ts';

test('tables say what their rows say; `node test/generate/readmeTables.ts` writes them', () => {
  expect(textOf('README.md')).toBe(withTables(textOf('README.md')));
});

test('a text without marks is refused, one with them is changed between them alone', () => {
  expect(() => withTables('no marks')).toThrow(/settings:begin/);
  const marks = [...readmeTables().keys()].map((name) => `<!-- ${name}:begin -->stale<!-- ${name}:end -->\n`);
  const text = withTables(`before\n${marks.join('')}after\n`);
  expect(text).not.toContain('stale');
  expect(text.startsWith('before\n') && text.endsWith('after\n')).toBe(true);
  expect(withTables(text)).toBe(text);
});

const documents = projectFiles().filter(
  (file) => file.endsWith('.md') && !/^test\/fixtures\/|^media\/sample\//.test(file),
);

test('links between documents lead to files', () => {
  const broken = documents.flatMap((file) =>
    [...textOf(file).matchAll(/\]\((?!https?:|command:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => posix.normalize(posix.join(posix.dirname(file), target)))
      .filter((target) => !existsSync(`${root}/${target}`))
      .map((target) => `${file}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('files named in the guides are there', () => {
  const guides = ['CONTRIBUTING.md', 'server/README.md'];
  const missing = guides.flatMap((guide) =>
    [...textOf(guide).matchAll(/`([\w.-]+(?:\/[\w-]+)*\/[\w.-]+\.(?:ts|mjs|json|md))`/g)]
      .map(([, file = '']) => file)
      // A path starts at the root, or beside the guide.
      .filter(
        (file) =>
          ![file, posix.join(posix.dirname(guide), file)].some((path) => existsSync(`${root}/${path}`)),
      )
      .map((file) => `${guide}: ${file}`),
  );
  expect(missing).toEqual([]);
});

test('npm scripts named in the guides exist', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const missing = ['README.md', 'CONTRIBUTING.md', 'server/README.md'].flatMap((guide) =>
    [...textOf(guide).matchAll(/\bnpm run ([\w:]+)/g)]
      .map(([, script = '']) => script)
      .filter((script) => !(script in scripts))
      .map((script) => `${guide}: npm run ${script}`),
  );
  expect(missing).toEqual([]);
});
