import { expect, test } from 'vitest';
import { buildLinkIndex } from '../../../server/link/linkIndex.ts';
import { linkTools } from '../../../server/link/linkTools.ts';
import type { ToolDefinition } from '../../../server/model/run.ts';
import { source } from './sources.ts';

function definition(name: string, description: string, properties: object = {}): ToolDefinition {
  return {
    name,
    description,
    strict: null,
    parameters: { type: 'object', properties: properties as ToolDefinition['parameters'] },
  };
}

function file(path: string, definitions: readonly ToolDefinition[]) {
  return source(
    path,
    JSON.stringify(
      definitions.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: parameters,
      })),
    ),
  );
}

const QUOTE = definition('get_quote', 'Price of a share.', {
  ticker: { type: 'string' },
  title: { type: 'string' },
});
const OLD_QUOTE = definition('get_quote', 'Price.', { ticker: { type: 'string' } });
const PAY = definition('pay', 'Pays a bill.');

test('by name when the run recorded no definitions; an unknown name is an answer', () => {
  const index = buildLinkIndex([file('tools.json', [QUOTE, PAY])], () => []);
  const links = linkTools(['pay', 'nope', 'pay'], null, index);
  expect(links.map(({ name, file, anchorId }) => [name, file, anchorId])).toEqual([
    ['pay', 'tools.json', 'tool:pay'],
    ['nope', null, null],
  ]);
});

test('what client libraries add or reorder makes no other definition; a parameter named title does', () => {
  const index = buildLinkIndex([file('tools.json', [QUOTE])], () => []);
  const sent = {
    ...QUOTE,
    strict: true,
    parameters: {
      title: 'Args',
      additionalProperties: false,
      properties: { title: { type: 'string', title: 'Title' }, ticker: { title: 'Ticker', type: 'string' } },
      required: [],
      type: 'object',
    },
  };
  expect(linkTools([], [sent], index)[0]).toMatchObject({ state: 'current', confidence: 1 });
  const without = { ...QUOTE, parameters: { type: 'object', properties: { ticker: { type: 'string' } } } };
  expect(linkTools([], [without], index)[0]).toMatchObject({ state: 'older' });
});

test('among several definitions of a name the equal one, else the nearest', () => {
  const index = buildLinkIndex([file('a.json', [OLD_QUOTE]), file('b.json', [QUOTE])], () => []);
  expect(linkTools(['get_quote'], [QUOTE], index)[0]).toMatchObject({ file: 'b.json', confidence: 1 });
  const near = { ...QUOTE, description: 'Price of a share today.' };
  const link = linkTools([], [near], index)[0];
  expect(link).toMatchObject({ file: 'b.json', state: 'older' });
  expect(link?.reason).toContain('nearest of 2');
});

test('without definitions the file with most of the tools of the run is taken, and doubt is said', () => {
  const index = buildLinkIndex([file('a/tools.json', [QUOTE]), file('b/tools.json', [QUOTE, PAY])], () => []);
  const links = linkTools(['get_quote', 'pay'], null, index);
  expect(links.map((link) => link.file)).toEqual(['b/tools.json', 'b/tools.json']);
  expect(links[0]?.confidence).toBeLessThan(links[1]?.confidence ?? 0);
});

test('older and uncommitted definitions are told by the history', () => {
  const committed = file('tools.json', [OLD_QUOTE]).text;
  const history = [{ commit: 'c1', committedAt: '2026-01-01T00:00:00Z', text: committed }];
  const index = buildLinkIndex([file('tools.json', [QUOTE])], () => history);
  expect(linkTools([], [OLD_QUOTE], index)[0]).toMatchObject({ state: 'older', confidence: 1 });
  expect(linkTools([], [QUOTE], index)[0]).toMatchObject({ state: 'uncommitted', confidence: 1 });
});
