import { expect, test } from 'vitest';
import { at, projectFiles, textOf, typeScriptFiles } from './projectFiles.ts';
import { withoutComments } from './withoutComments.ts';

const MAX_LINES = 400;

function found(pattern: RegExp, files: readonly string[] = typeScriptFiles()): string[] {
  return files.flatMap((file) => {
    const text = textOf(file);
    const code = withoutComments(text, { strings: false });
    return [...code.matchAll(pattern)].map((match) => at(file, text, match.index));
  });
}

test('no default exports, save for configuration files whose tools demand them', () => {
  const files = typeScriptFiles().filter((file) => !file.endsWith('.config.ts'));
  expect(found(/\bexport\s+default\b|\bas\s+default\b/g, files)).toEqual([]);
});

test('no `any`', () => {
  expect(found(/(?:[:<,|&(=]|=>|\bas|\bkeyof|\bextends)\s*any\b(?!\s*[:(?])/g)).toEqual([]);
});

test('no compiler complaint is silenced', () => {
  const files = typeScriptFiles().filter((file) => !file.startsWith('test/tidy/'));
  const silenced = files.flatMap((file) => {
    const text = textOf(file);
    return [...text.matchAll(/@ts-(?:ignore|nocheck|expect-error)/g)].map((match) =>
      at(file, text, match.index),
    );
  });
  expect(silenced).toEqual([]);
});

test(`no file over ${MAX_LINES} lines`, () => {
  const long = projectFiles()
    .filter((file) => /\.(?:ts|mts|js|mjs|cjs|css)$/.test(file))
    .map((file) => ({ file, lines: textOf(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES);
  expect(long).toEqual([]);
});

test('no drawer for leftovers', () => {
  expect(
    projectFiles().filter((file) => /(?:^|\/)(?:utils?|helpers?|misc|common)(?:\/|\.[a-z]+$)/i.test(file)),
  ).toEqual([]);
  // Barrels hide which room an import reaches.
  expect(
    projectFiles().filter((file) => /^(?:server|client|media)\/.*(?:^|\/)index\.ts$/.test(file)),
  ).toEqual([]);
});

test('no test is skipped or left alone', () => {
  const tests = typeScriptFiles().filter((file) => /\.(?:test|suite)\.ts$/.test(file));
  expect(
    found(
      /\b(?:test|it|describe|suite)\s*\.\s*(?:skip|only|todo|fails|skipIf|runIf)\b|\bxit\s*\(|\bxdescribe\s*\(/g,
      tests,
    ),
  ).toEqual([]);
});

test('every room begins with what it is for', () => {
  const mainFiles = [
    'server/source/readSource.ts',
    'server/detect/detectFailures.ts',
    'server/diagnose/diagnose.ts',
    'server/lsp/server.ts',
    'server/store/openIndex.ts',
    'server/workspace/openWorkspace.ts',
  ];
  expect(mainFiles.filter((file) => !textOf(file).startsWith('/**'))).toEqual([]);
});
