import { expect, it } from 'vitest';
import { callsOf, read, transcript } from './readEvents.ts';

const trajectory = (
  task_id: number,
  trial: number,
  reward: number,
  traj: readonly object[],
  info: object = {},
) => ({
  task_id,
  trial,
  reward,
  info,
  traj,
});
const talk = [
  { role: 'system', content: 'Policy.\n' },
  { role: 'user', content: 'Book it.' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c', type: 'function', function: { name: 'book', arguments: '{"n":1}' } }],
  },
  { role: 'tool', tool_call_id: 'c', name: 'book', content: 'Error: full' },
  { role: 'assistant', content: 'Sorry.' },
  { role: 'user', content: 'Bye. ###STOP###' },
];

it('gives one run a record, with its reward as outcome', async () => {
  const file = await read(
    'results/air.v1.json',
    JSON.stringify([trajectory(3, 0, 0, talk), trajectory(3, 1, 1, talk)], null, 2),
  );
  expect(file.format).toBe('tau-bench');
  expect(file.runs.map((run) => run.id.replace(/-[0-9a-f]{4}/, '-h4'))).toEqual(['air-h4/3/0', 'air-h4/3/1']);
  expect(file.runs.map((run) => run.outcome)).toEqual([
    { passed: false, score: 0, source: 'reward' },
    { passed: true, score: 1, source: 'reward' },
  ]);
  expect(transcript(file.runs[0])).toMatchInlineSnapshot(`
    "system: Policy.

    user: Book it.
    assistant:  book#c({"n":1})
    tool#c: Error: full
    assistant: Sorry.
    user: Bye. ###STOP###"
  `);
  expect(callsOf(file.runs[0])).toEqual(['2 → 2', '4 → 4']);
  expect(file.runs[1]?.line).toBeGreaterThan(file.runs[0]?.line ?? 0);
});

it('keeps foreign records as problems and a crashed task as a failed call', async () => {
  const file = await read(
    'a.json',
    JSON.stringify([trajectory(1, 0, 1, talk), { x: 1 }, trajectory(2, 0, 0, [], { error: 'boom' })]),
  );
  expect(file.problems.map(({ reason }) => reason)).toEqual(['unexpected-shape']);
  expect(file.runs[1]?.modelCalls).toMatchObject([
    { inputMessages: 0, outputMessage: null, error: { message: 'boom' } },
  ]);
  expect(file.records).toBe(3);
});
