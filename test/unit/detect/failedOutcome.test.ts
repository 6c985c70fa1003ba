import { expect, test } from 'vitest';
import { failedOutcome } from '../../../server/detect/failedOutcome.ts';
import { assistant, runOf, user } from './runBuilder.ts';

const run = runOf(user('Hello'), assistant('Hi'));

test('a recorded score below its pass mark is reported at the last message', () => {
  const failures = failedOutcome({ ...run, outcome: { passed: false, score: 0, source: 'reward' } });
  expect(failures).toMatchObject([
    {
      kind: 'failed-outcome',
      message: 1,
      decision: null,
      evidence: 'Recorded reward: 0, below its pass mark',
    },
  ]);
});

test('an outcome without a number is still an outcome', () => {
  const [failure] = failedOutcome({
    ...run,
    outcome: { passed: false, score: null, source: 'human feedback' },
  });
  expect(failure?.evidence).toBe('Recorded human feedback: failed');
});

test('a passed run, a low score that passes, and a run without outcome are healthy', () => {
  expect(failedOutcome({ ...run, outcome: { passed: true, score: 1, source: 'reward' } })).toEqual([]);
  expect(failedOutcome({ ...run, outcome: { passed: true, score: 0.2, source: 'risk' } })).toEqual([]);
  expect(failedOutcome(run)).toEqual([]);
});
