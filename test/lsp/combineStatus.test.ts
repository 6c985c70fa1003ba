import { expect, test } from 'vitest';
import { combineStatus } from '../../server/lsp/combineStatus.ts';
import type { Status } from '../../server/protocol/messages.ts';

const ready = (runs: number, notice: string | null = null): Status => ({
  state: 'ready',
  runs,
  failedRuns: 1,
  findings: 2,
  hidden: 3,
  problems: 4,
  notice,
});
const working: Status = { state: 'working', what: 'reading traces', done: 1, total: 2 };
const failed: Status = { state: 'error', message: 'no disk' };

test('one folder speaks for itself', () => {
  for (const status of [ready(5), working, failed, { state: 'waiting' } as const]) {
    expect(combineStatus([status])).toEqual(status);
  }
  expect(combineStatus([])).toEqual({ state: 'waiting' });
});

test('several add up; work and errors come first', () => {
  expect(combineStatus([ready(5), ready(7, 'held elsewhere'), { state: 'waiting' }])).toEqual({
    state: 'ready',
    runs: 12,
    failedRuns: 2,
    findings: 4,
    hidden: 6,
    problems: 8,
    notice: 'held elsewhere',
  });
  expect(combineStatus([ready(5), working])).toBe(working);
  expect(combineStatus([working, failed])).toBe(failed);
});
