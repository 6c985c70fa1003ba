import { describe, expect, test } from 'vitest';
import { toolError } from '../../../server/detect/toolError.ts';
import type { Json } from '../../../server/model/json.ts';
import type { Message } from '../../../server/model/run.ts';
import { assistant, call, result, runOf, user } from './runBuilder.ts';

function check(text: string, given: Partial<Message> = {}, args: Json = { id: 'A1' }) {
  return toolError(
    runOf(
      user('Go'),
      assistant('', call('get_order', args, 'c1')),
      result(text, { toolCallId: 'c1', ...given }),
    ),
  );
}

describe('text that starts with an error', () => {
  test.each([
    'Error: order A1 not found',
    'ERROR - no such order',
    '  "Error: order A1 not found"',
    '**Error:** no such order',
    '[Error] no such order',
    '<tool_use_error>No such order</tool_use_error>',
    'Error executing tool get_order: boom',
    'Internal server error',
    'Error',
    'error while reading the order',
    'Exception: boom',
    'ValueError: bad id',
    'KeyError: 7',
    'requests.exceptions.HTTPError: 404 Client Error',
    'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 7',
    'Failed to load the order',
    'Failed: no such order',
    'Invalid order id A1',
    'Not found',
    'Unauthorized',
    'Timeout after 30 s',
    'Request timed out.',
    'HTTP 502 Bad Gateway',
    '404 Not Found',
    "{'error': 'no such order'}",
    '{"error": "the result was cut in the mid',
    '2 validation errors for Order',
  ])('%s', (text) => {
    expect(check(text)).toMatchObject([
      { kind: 'tool-error', message: 2, decision: 1, toolCallIndex: 0, certainty: 'likely' },
    ]);
  });

  test.each([
    'The order failed: payment error',
    'Results: 1. Error: the film (2019) 2. Failed states',
    'Error rate: 0.3 %',
    'Errors: 0',
    'Error: none',
    'Errors and how to avoid them',
    'Error handling in long programs',
    'Error correction codes',
    'Failed payments: 3',
    'Failed: 0',
    'Failed attempts are listed below',
    'Invalid rows: 0',
    'invalid',
    'failed',
    'Timeout: 30s',
    'Exception handling guide',
    'Not foundering yet',
    '404 rooms are free',
    '500',
    '',
    '[]',
    '{}',
    '["Error: in a list of titles"]',
    "{'error': None, 'order': 'A1'}",
    '{"error": null, "order": "cut in the mid',
    '[ERROR] 10:00 disk full\n[INFO] 10:01 disk freed',
    'error::Result is a type of the standard library',
    'Unauthorized access attempts: 3',
  ])('healthy: %s', (text) => {
    expect(check(text)).toEqual([]);
  });
});

describe('fields that say so', () => {
  test.each<[Json, string]>([
    [{ error: 'no such order' }, 'no such order'],
    [{ error: { code: 404, message: 'no such order' } }, 'no such order'],
    [{ error: true, message: 'no such order' }, 'no such order'],
    [{ errors: [{ message: 'no such order' }], data: null }, 'no such order'],
    [{ success: false, reason: 'no such order' }, 'no such order'],
    [{ ok: false }, 'success is false'],
    [{ statusCode: 404, body: '' }, 'status 404'],
    [{ status: 404, message: 'no such order' }, 'no such order'],
    [{ status: 'error', message: 'no such order' }, 'no such order'],
    [{ isError: true, content: [{ type: 'text', text: 'no such order' }] }, 'no such order'],
    [{ exception: 'KeyError', traceback: '…' }, 'KeyError'],
  ])('%j', (value, said) => {
    expect(check(JSON.stringify(value))).toMatchObject([
      { certainty: 'certain', evidence: said === '' ? '' : `get_order failed: "${said}"` },
    ]);
  });

  test.each<Json>([
    { error: null },
    { error: false },
    { error: '' },
    { error: 'none' },
    { errors: [] },
    { errors: 3, warnings: 1 },
    { errors: {} },
    { success: true, message: 'Error handling was improved' },
    { statusCode: 200 },
    { status: 'failed', job: 'nightly' },
    { status: 'error' },
    { id: 1, name: 'room', price: 3, status: 404 },
    { order: { error: 'printed on the label' } },
    { message: 'Error: as text of a mail' },
    [{ error: 'one of many' }],
  ])('healthy: %j', (value) => {
    expect(check(JSON.stringify(value))).toEqual([]);
  });

  test("the format's own mark decides, either way", () => {
    expect(check('no such order', { isError: true })).toMatchObject([{ certainty: 'certain' }]);
    expect(check('', { isError: true })).toMatchObject([{ evidence: 'get_order failed: no message' }]);
    expect(check('Error: quoted from the log that was asked for', { isError: false })).toEqual([]);
  });
});

describe('blame', () => {
  const blameOf = (text: string, args: Json = { id: 'A1' }, given: Partial<Message> = {}) => {
    const [failure] = check(text, given, args);
    return [failure?.blame, failure?.parameter];
  };

  test.each([
    'Error: HTTP 503 from upstream',
    'Error: request timed out',
    'Error: rate limit exceeded',
    'Error: connect ECONNREFUSED',
    'Unauthorized',
    '{"error": {"code": 429, "message": "slow down"}}',
    'Error: boom\n    at run (/srv/app/order.js:10:5)',
  ])('%s is the environment', (text) => {
    expect(blameOf(text)).toEqual(['environment', null]);
  });

  test('a message that names a parameter blames it', () => {
    expect(blameOf('Error: as_of must be a date', { as_of: 'x' })).toEqual(['tool', 'as_of']);
    expect(blameOf('Error: date must be in the future', { date: 'x' })).toEqual(['tool', 'date']);
    expect(blameOf("Error: unknown value for 'size'", { legs: [{ size: 1 }] })).toEqual([
      'tool',
      'legs/*/size',
    ]);
  });

  test('a plain word in a sentence is no parameter', () => {
    expect(blameOf('Error: no flight on date 2026-01-05', { date: 'x' })).toEqual(['tool', null]);
    expect(blameOf('Error: cannot reach it', { it: 1 })).toEqual(['tool', null]);
  });

  test("a refusal by the person is the user's", () => {
    expect(blameOf("The user doesn't want to proceed with this tool use.", {}, { isError: true })).toEqual([
      'user',
      null,
    ]);
  });
});

test('the signature masks what changes from case to case', () => {
  const signatures = ['Error: order A17 costs 12.50, paid 3', 'Error: order B2 costs 1,200, paid 44'].map(
    (text) => check(text)[0]?.signature,
  );
  expect(signatures).toEqual([
    'Error: order <id> costs <n>, paid <n>',
    'Error: order <id> costs <n>, paid <n>',
  ]);
});

test('results find their calls: by id, the nearest first, else by order', () => {
  const byId = runOf(
    assistant('', call('a', {}, 'x'), call('b', {}, 'y')),
    result('Error: 1st', { toolCallId: 'y' }),
    assistant('', call('c', {}, 'y')),
    result('Error: 2nd', { toolCallId: 'y' }),
  );
  expect(toolError(byId).map(({ tool, decision, toolCallIndex }) => [tool, decision, toolCallIndex])).toEqual(
    [
      ['b', 0, 1],
      ['c', 2, 0],
    ],
  );
  const byOrder = runOf(assistant('', call('a'), call('b')), result('fine'), result('Error: bad'));
  expect(toolError(byOrder)).toMatchObject([{ tool: 'b', toolCallIndex: 1 }]);
});

test('a result without any call still counts, under the name it carries', () => {
  expect(toolError(runOf(result('Error: bad', { name: 'a' })))).toMatchObject([
    { tool: 'a', decision: null },
  ]);
});
