import { expect, test } from 'vitest';
import { repeatedCall } from '../../../server/detect/repeatedCall.ts';
import { isPollingTool, isWriteTool } from '../../../server/detect/toolEffect.ts';
import type { Json } from '../../../server/model/json.ts';
import type { Message } from '../../../server/model/run.ts';
import { assistant, call, result, runOf, user } from './runBuilder.ts';

const ask = (name: string, args: Json, answer: string): Message[] => [
  assistant('', call(name, args)),
  result(answer),
];
const at = (...messages: readonly Message[]) =>
  repeatedCall(runOf(...messages)).map((failure) => failure.message);

test('the same call again, whatever the order of its keys', () => {
  const run = runOf(
    ...ask('get_order', { id: 1, full: true }, 'A'),
    ...ask('get_order', { full: true, id: 1 }, 'A'),
  );
  expect(repeatedCall(run)).toMatchObject([
    {
      message: 2,
      decision: 2,
      tool: 'get_order',
      certainty: 'likely',
      evidence: 'get_order({"full":true,"id":1}) again, first in message 0',
    },
  ]);
});

test("a user's message between, or another read, does not excuse it", () => {
  expect(at(...ask('get_order', { id: 1 }, 'A'), user('And?'), ...ask('get_order', { id: 1 }, 'A'))).toEqual([
    3,
  ]);
  expect(at(...ask('get_order', {}, 'A'), ...ask('search', {}, 'B'), ...ask('get_order', {}, 'A'))).toEqual([
    4,
  ]);
});

test('a write that succeeded is repeated too', () => {
  expect(at(...ask('send_mail', { to: 'a' }, 'sent'), ...ask('send_mail', { to: 'a' }, 'sent'))).toEqual([2]);
});

test('twice in one message', () => {
  const twice = assistant('', call('get_order', { id: 1 }), call('get_order', { id: 1 }));
  expect(repeatedCall(runOf(twice, result('A'), result('A')))).toMatchObject([
    { message: 0, toolCallIndex: 1 },
  ]);
});

test('a third time counts again', () => {
  expect(at(...ask('get_a', {}, 'A'), ...ask('get_a', {}, 'A'), ...ask('get_a', {}, 'A'))).toEqual([2, 4]);
});

test('an answer that is still missing at the end of the record', () => {
  expect(at(...ask('get_a', {}, 'A'), assistant('', call('get_a', {})))).toEqual([2]);
});

test.each<[string, readonly Message[]]>([
  ['other arguments', [...ask('get_order', { id: 1 }, 'A'), ...ask('get_order', { id: 2 }, 'A')]],
  ['another tool', [...ask('get_order', { id: 1 }, 'A'), ...ask('get_mail', { id: 1 }, 'A')]],
  ['a second try after an error', [...ask('get_order', {}, 'Error: busy'), ...ask('get_order', {}, 'A')]],
  [
    'a write between',
    [...ask('get_order', {}, 'A'), ...ask('cancel_order', {}, 'done'), ...ask('get_order', {}, 'A')],
  ],
  ['a result that changed', [...ask('get_price', {}, '10'), ...ask('get_price', {}, '11')]],
  [
    'a poller by behaviour',
    [...ask('get_price', {}, '10'), ...ask('get_price', {}, '11'), ...ask('get_price', {}, '11')],
  ],
  ['a poller by name', [...ask('get_job_status', {}, 'on'), ...ask('get_job_status', {}, 'on')]],
  [
    'a first answer that never came',
    [assistant('', call('get_order', {})), user('?'), ...ask('get_order', {}, 'A')],
  ],
  ['a call that only the user made', [user('get_order()'), ...ask('get_order', {}, 'A')]],
])('healthy: %s', (_, messages) => {
  expect(at(...messages)).toEqual([]);
});

test('what names tell of their tools', () => {
  const reads = [
    'get_user',
    'listFiles',
    'mcp__shop__search_items',
    'web_search',
    'WebFetch',
    'calculate',
    'think',
    'Grep',
  ];
  const writes = [
    'cancel_order',
    'get_or_create_user',
    'find_and_replace',
    'check_in_guest',
    'Bash',
    'book_flight',
    'saveSearch',
    '',
  ];
  expect(reads.filter(isWriteTool)).toEqual([]);
  expect(writes.filter((name) => !isWriteTool(name))).toEqual([]);
  expect(['get_status', 'waitForBuild', 'poll_queue'].every(isPollingTool)).toBe(true);
  expect(['get_statistics', 'await_less', 'list_orders'].some(isPollingTool)).toBe(false);
});
