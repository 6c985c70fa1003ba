import { expect, test } from 'vitest';
import { packagesOfScope, thirdPartyNotices } from '../setup/thirdPartyNotices.ts';
import { root, textOf } from './projectFiles.ts';

const output = (inputs: Record<string, number>) => ({
  outputs: {
    'dist/x.js': {
      bytes: 1,
      imports: [],
      exports: [],
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([file, bytesInOutput]) => [file, { bytesInOutput }]),
      ),
    },
  },
  inputs: {},
});

test('every package that left something in a bundle is named once, with its licence', () => {
  const text = thirdPartyNotices(
    root,
    [
      output({ 'server/main.ts': 9, 'node_modules/zod/index.js': 9, 'node_modules/zod/v4/core/api.js': 1 }),
      output({ 'node_modules/zod/index.js': 9, 'node_modules/diff/lib/index.js': 0 }),
    ],
    packagesOfScope(root, '@duckdb'),
  );
  const titles = [...text.matchAll(/^(\S+) \d+\.\S+ \((.*)\)$/gm)].map(([, name, licence]) => [
    name,
    licence,
  ]);
  expect(titles[0]).toEqual(['@duckdb/node-api', 'MIT']);
  expect(titles.at(-1)).toEqual(['zod', 'MIT']);
  expect(titles.filter(([name]) => name === 'zod' || name === 'diff')).toHaveLength(1);
  expect(text).toContain('Permission is hereby granted');
});

test('the notices are part of the package', () => {
  expect(textOf('.vscodeignore')).toContain('!dist/THIRD-PARTY-NOTICES.txt\n');
});
