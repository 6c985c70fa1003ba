import { describe, expect, it } from 'vitest';
import { callsOf, read, transcript } from './readEvents.ts';

let clock = 0;
function line(uuid: string, parentUuid: string | null, message: object, extra: object = {}): string {
  clock += 1;
  const timestamp = `2026-01-05T00:00:${String(clock % 60).padStart(2, '0')}.000Z`;
  const type = (message as { role: string }).role;
  return JSON.stringify({
    type,
    uuid,
    parentUuid,
    sessionId: 'sess-1',
    timestamp,
    isSidechain: false,
    message,
    ...extra,
  });
}
const user = (content: unknown) => ({ role: 'user', content });
const usage = {
  input_tokens: 3,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 20,
  output_tokens: 1,
};
const answer = (id: string, block: object, extra: object = {}) => ({
  role: 'assistant',
  id,
  model: 'claude-x',
  content: [block],
  stop_reason: null,
  usage,
  ...extra,
});
const use = (id: string) => ({ type: 'tool_use', id, name: 'Read', input: { file: id } });
const result = (id: string, content: string, isError?: boolean) =>
  user([
    {
      type: 'tool_result',
      tool_use_id: id,
      content,
      ...(isError === undefined ? {} : { is_error: isError }),
    },
  ]);

describe('a session', () => {
  const session = [
    '{"type":"summary","summary":"s","leafUuid":"x"}',
    line('u1', null, user('go')),
    line('a1', 'u1', answer('m1', { type: 'text', text: 'Looking.' })),
    line('a2', 'a1', answer('m1', use('t1'))),
    line('a3', 'a2', answer('m1', use('t2'))),
    line('r1', 'a2', result('t1', 'one')),
    line('r2', 'a3', result('t2', 'no such file', true)),
    line(
      'a4',
      'r2',
      answer(
        'm2',
        { type: 'text', text: 'Done.' },
        { stop_reason: 'end_turn', usage: { ...usage, output_tokens: 9 } },
      ),
    ),
    line(
      'a4',
      'r2',
      answer(
        'm2',
        { type: 'text', text: 'Done.' },
        { stop_reason: 'end_turn', usage: { ...usage, output_tokens: 9 } },
      ),
    ),
    '{"type":"queue-operation","operation":"dequeue","sessionId":"sess-1"}',
    '42',
  ].join('\n');

  it('merges the lines of one answer and keeps both results of parallel calls', async () => {
    const { runs, format } = await read('s.jsonl', session);
    expect(format).toBe('claude-code');
    expect(runs.map((run) => run.id)).toEqual(['sess-1']);
    expect(transcript(runs[0])).toMatchInlineSnapshot(`
      "user: go
      assistant: Looking. Read#t1({"file":"t1"}) Read#t2({"file":"t2"})
      tool#t1: one
      tool#t2 !: no such file
      assistant: Done."
    `);
    expect(callsOf(runs[0])).toEqual(['1 → 1', '4 → 4']);
  });

  it('takes usage once, all input figures, and output only of finished messages', async () => {
    const { runs } = await read('s.jsonl', session);
    expect(
      runs[0]?.modelCalls.map((call) => [call.inputTokens, call.outputTokens, call.finishReason]),
    ).toEqual([
      [123, null, null],
      [123, 9, 'stop'],
    ]);
  });

  it('accounts for every line', async () => {
    const { skipped, problems, records } = await read('s.jsonl', session);
    expect(skipped).toEqual({ summary: 1, duplicate: 1, 'queue-operation': 1 });
    expect(problems.map(({ line: at, reason }) => [at, reason])).toEqual([[10, 'unexpected-shape']]);
    expect(records).toBe(11);
  });

  it('keeps sub-agents and abandoned branches apart', async () => {
    const { runs, records } = await read(
      's.jsonl',
      [
        line('u1', null, user('go')),
        line('a1', 'u1', answer('m1', { type: 'text', text: 'A' })),
        line('u2', 'a1', user('first try')),
        line('a2', 'u2', answer('m2', { type: 'text', text: 'B' })),
        line('x1', null, user('sub task'), { isSidechain: true }),
        line('x2', 'x1', answer('m9', { type: 'text', text: 'S' }), { isSidechain: true }),
        line('u3', 'a1', user('second try')),
        line('a3', 'u3', answer('m3', { type: 'text', text: 'C' })),
      ].join('\n'),
    );
    expect(
      runs.map((run) => [run.id, run.notes.join(), run.messages.map((message) => message.text).join()]),
    ).toEqual([
      ['sess-1', '', 'go,A,second try,C'],
      ['sess-1/2', 'abandoned branch', 'first try,B'],
      ['sess-1/3', 'sub-run', 'sub task,S'],
    ]);
    expect(records).toBe(8);
  });

  it('joins a session that was resumed under a new id', async () => {
    const { runs } = await read(
      's.jsonl',
      [
        line('u1', null, user('go'), { sessionId: 'old' }),
        line('u2', 'u1', user('on'), { sessionId: 'new' }),
      ].join('\n'),
    );
    expect(runs.map((run) => [run.id, run.messages.length])).toEqual([['new', 2]]);
  });

  it('keeps an API error as a failed call', async () => {
    const error = answer('m1', { type: 'text', text: 'API Error: 529 overloaded' }, { model: '<synthetic>' });
    const { runs } = await read(
      's.jsonl',
      [line('u1', null, user('go')), line('a1', 'u1', error, { isApiErrorMessage: true })].join('\n'),
    );
    expect(runs[0]?.modelCalls).toMatchObject([
      { inputMessages: 1, outputMessage: null, error: { status: 529 } },
    ]);
  });
});
