import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { catalogue } from '../../../server/detect/catalogue.ts';
import { root, rulePages } from '../../generate/rulePages.ts';

const pages = rulePages();

test.each([...pages.keys()])('%s says what its detector says (UPDATE=1 rewrites it)', (file) => {
  const full = path.join(root, file);
  if (process.env.UPDATE === '1') writeFileSync(full, pages.get(file) ?? '');
  expect(existsSync(full) ? readFileSync(full, 'utf8') : null).toBe(pages.get(file));
});

test('every page tells what is found, an example, when it is wrong and how to fix it', () => {
  for (const { kind } of catalogue) {
    const headings = pages.get(`docs/rules/${kind}.md`)?.match(/^## .*$/gm);
    expect(headings).toEqual(['## Example', '## When it is wrong', '## How to fix it']);
  }
});

test('no page is left of a detector that is gone', () => {
  expect(readdirSync(path.join(root, 'docs/rules')).sort()).toEqual(
    [...pages.keys()].map((file) => path.basename(file)).sort(),
  );
});
