import { describe, expect, test } from 'vitest';
import { failuresOfAction } from '../../../server/detect/actionFailures.ts';
import { bareContext } from '../../../server/detect/context.ts';
import { assistant, call, offering, result, runOf, tool, user } from './runBuilder.ts';

const dated = tool('get_quote', {
  properties: { as_of: { type: 'string', format: 'date' } },
  required: ['as_of'],
});
const free = tool('get_quote', { properties: { as_of: { type: 'string' } } });
const run = offering(
  runOf(
    user('Quote?'),
    assistant('', call('get_quote', { as_of: '2026-01-05' }, 'c1')),
    result('10', { toolCallId: 'c1' }),
    assistant('', call('get_quote', { as_of: 'Jan 6' }, 'c2')),
    result('Error: as_of', { toolCallId: 'c2' }),
    assistant('Sorry'),
  ),
  dated,
);
const kinds = (...given: Parameters<typeof failuresOfAction>) =>
  failuresOfAction(...given).map((failure) => failure.kind);

describe('a new answer at a recorded decision', () => {
  test('only its own failures, at its place', () => {
    const again = assistant('', call('get_quote', { as_of: 'Jan 6' }));
    expect(failuresOfAction(run, 3, again, bareContext)).toMatchObject([
      { kind: 'invalid-arguments', message: 3, decision: 3, parameter: 'as_of', certainty: 'certain' },
    ]);
  });

  test('what came before counts, what came after does not', () => {
    const repeat = assistant('', call('get_quote', { as_of: '2026-01-05' }));
    expect(kinds(run, 3, repeat, bareContext)).toEqual(['repeated-call']);
    expect(kinds(run, 1, repeat, bareContext)).toEqual([]);
  });

  test('another tool, nothing at all, or half an answer', () => {
    expect(kinds(run, 3, assistant('', call('get_quotes', {})), bareContext)).toEqual(['unknown-tool']);
    expect(kinds(run, 1, assistant(''), bareContext)).toEqual(['empty-response']);
    expect(kinds(run, 3, assistant('The price i'), bareContext, { finishReason: 'length' })).toEqual([
      'truncated',
    ]);
  });

  test('good actions are healthy', () => {
    expect(kinds(run, 3, assistant('', call('get_quote', { as_of: '2026-01-06' })), bareContext)).toEqual([]);
    expect(kinds(run, 3, assistant('It was 10.'), bareContext, { finishReason: 'stop' })).toEqual([]);
  });

  test("an arm's own tools take the place of the recorded ones", () => {
    const loose = assistant('', call('get_quote', { as_of: 'Jan 6' }));
    expect(kinds(run, 3, loose, bareContext, { tools: [free] })).toEqual([]);
    expect(kinds(run, 3, loose, bareContext, { tools: [] })).toEqual(['unknown-tool']);
    expect(kinds(run, 3, loose, bareContext, { tools: null })).toEqual([]);
  });

  test('a decision outside the run is harmless', () => {
    expect(kinds(run, 99, assistant('Fine'), bareContext)).toEqual([]);
    expect(kinds(run, -1, assistant('Fine'), bareContext)).toEqual([]);
  });
});
