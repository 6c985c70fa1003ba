import { expect, test } from 'vitest';
import { bareContext } from '../../../server/detect/context.ts';
import { unknownTool } from '../../../server/detect/unknownTool.ts';
import { assistant, call, linking, modelCall, offering, result, runOf, tool, user } from './runBuilder.ts';

const shop = [tool('cancel_order'), tool('get_order')];

test('a name that the request did not offer, with the nearest one', () => {
  const run = offering(
    runOf(user('Cancel it'), assistant('', call('get_order'), call('cancel_orders'))),
    ...shop,
  );
  expect(unknownTool(run, bareContext)).toMatchObject([
    {
      message: 1,
      decision: 1,
      toolCallIndex: 1,
      tool: 'cancel_orders',
      certainty: 'certain',
      blame: 'prompt',
      evidence: 'cancel_orders is not among the 2 offered tools; nearest: cancel_order',
    },
  ]);
});

test('a request that offered no tool at all', () => {
  const [failure] = unknownTool(offering(runOf(user('Hi'), assistant('', call('search')))), bareContext);
  expect(failure?.evidence).toBe('search is not among the 0 offered tools');
});

test('each call is held against its own request, not against the run', () => {
  const run = runOf(
    user('a'),
    assistant('', call('get_order')),
    result('ok'),
    assistant('', call('get_order')),
  );
  const changed = {
    ...run,
    toolSets: [[tool('get_order')], [tool('cancel_order')]],
    modelCalls: [
      modelCall({ inputMessages: 1, outputMessage: 1, toolSet: 0 }),
      modelCall({ inputMessages: 3, outputMessage: 3, toolSet: 1 }),
    ],
  };
  expect(unknownTool(changed, bareContext).map((failure) => failure.message)).toEqual([3]);
});

test('without a recorded list the linked definitions decide, as likely', () => {
  const run = runOf(
    user('a'),
    assistant('', call('get_order')),
    result('ok'),
    assistant('', call('get_ordr')),
  );
  expect(unknownTool(run, linking(...shop))).toMatchObject([
    {
      message: 3,
      certainty: 'likely',
      evidence: 'get_ordr is not defined in the workspace; nearest: get_order',
    },
  ]);
});

test('the same run is healthy when nothing says which tools there were', () => {
  const run = runOf(user('a'), assistant('', call('get_ordr')));
  expect(unknownTool(run, bareContext)).toEqual([]);
});

test('the nearest name is sought among all linked tools, called or not', () => {
  const run = runOf(user('a'), assistant('', call('get_order'), call('cancel_ordre')));
  expect(unknownTool(run, linking(...shop))).toMatchObject([
    {
      tool: 'cancel_ordre',
      evidence: 'cancel_ordre is not defined in the workspace; nearest: cancel_order',
      signature: 'no tool of that name, nearest cancel_order',
    },
  ]);
});

test('without a recorded list a name that the workspace cannot judge is healthy', () => {
  const run = runOf(user('a'), assistant('', call('Bash'), call('get_order')));
  expect(unknownTool(run, { ...linking(...shop), isStrayName: () => false })).toEqual([]);
});

test('a call that got a result worked; a refusal by field, by error word or by name did not', () => {
  const kinds = (text: string) =>
    unknownTool(runOf(user('a'), assistant('', call('find_order')), result(text)), linking(...shop)).length;
  expect(kinds('{"id": 7}')).toBe(0);
  expect(kinds('Error: unknown function')).toBe(1);
  expect(kinds('{"error": "unknown function"}')).toBe(1);
  expect(kinds('No function called find_order.')).toBe(1);
});

test('a name that another request of the run offered is no stray', () => {
  const run = {
    ...runOf(user('a'), assistant('', call('legacy'))),
    toolSets: [[tool('legacy')]],
  };
  expect(unknownTool(run, linking(...shop))).toEqual([]);
});

test('offered names are healthy, and so is a recorded list against a smaller workspace', () => {
  const run = offering(
    runOf(user('a'), assistant('', call('get_order'), call('legacy'))),
    ...shop,
    tool('legacy'),
  );
  expect(unknownTool(run, linking(...shop))).toEqual([]);
});
