import { describe, expect, it } from 'vitest';
import { callsOf, fixture, read, transcript } from './readEvents.ts';

describe('current GenAI attributes', () => {
  it('makes one run of the trace, with the history stored once and calls as prefixes', async () => {
    const { format, runs } = await fixture('otlp-current.jsonl');
    expect(format).toBe('otlp');
    const [main] = runs;
    expect(main?.id).toBe('a'.repeat(32));
    expect(transcript(main)).toMatchInlineSnapshot(`
      "system: You advise on shares.
      user: What is ACME worth?
      assistant:  get_quote#c1({"symbol":"ACME","as_of":"yesterday"})
      tool#c1 !: {"error":"as_of is no date"}
      assistant: It is worth 12."
    `);
    expect(callsOf(main)).toEqual(['2 → 2', '4 → 4']);
    expect(main?.modelCalls[0]).toMatchObject({
      model: 'gpt-4o',
      parameters: { temperature: 0.5, max_tokens: 300 },
      toolSet: 0,
      startedAt: '2026-01-05T00:00:00.100Z',
      durationMs: 1000,
      inputTokens: 50,
      outputTokens: 12,
      finishReason: 'tool_calls',
      finishReasonText: 'tool_call',
      error: null,
    });
    expect(main?.toolSets.map((set) => set.map((tool) => tool.name))).toEqual([['get_quote']]);
    expect(main).toMatchObject({ session: 'conv-7', durationMs: 4000, model: 'gpt-4o', notes: [] });
  });

  it('takes a failed evaluation as the outcome of the run', async () => {
    const { runs } = await fixture('otlp-current.jsonl');
    expect(runs.map((run) => run.outcome)).toEqual([
      { passed: false, score: 0.2, source: 'gen_ai.evaluation.result groundedness' },
      null,
    ]);
  });

  it('keeps a sub-agent apart', async () => {
    const { runs } = await fixture('otlp-current.jsonl');
    expect(runs[1]).toMatchObject({ id: `${'a'.repeat(32)}/2`, notes: ['sub-run'], model: 'gpt-4o-mini' });
    expect(callsOf(runs[1])).toEqual(['2 → 2']);
  });

  it('accounts for every span', async () => {
    const file = await fixture('otlp-current.jsonl');
    expect(file.skipped).toEqual({ duplicate: 1, metrics: 1, 'not-a-model-call': 1 });
    expect(file.recordsInRuns).toBe(6);
    expect(file.records).toBe(9);
  });
});

describe('1.28 to 1.36: a message an event', () => {
  it('reads span events and log records alike, with ids in base64', async () => {
    const file = await fixture('otlp-events.jsonl');
    expect(file.runs.map((run) => `${run.id[0]}\n${transcript(run)}`).join('\n\n')).toMatchInlineSnapshot(`
      "b
      system: You convert money.
      user: Three dollars in euro?
      assistant:  convert#k1({"amount":3,"to":"EUR"})

      c
      system: You convert money.
      user: Two pounds in euro?
      assistant:  convert#k1({"amount":3,"to":"EUR"})
      tool#k1: 2.30
      assistant: 2.30 euro."
    `);
    expect(file.runs.map(callsOf)).toEqual([['2 → 2'], ['4 → 4']]);
    expect(file.runs.map((run) => run.modelCalls[0]?.toolSet)).toEqual([null, null]);
    expect(file.runs.map((run) => run.notes)).toEqual([['incomplete'], []]);
    expect(file.skipped).toEqual({ 'not-a-message-event': 1 });
    expect(file.records).toBe(8);
  });
});

describe('1.27 and older', () => {
  it('reads prompt and completion, cut ones as far as they go, and errors', async () => {
    const { runs, records } = await fixture('otlp-old.json');
    expect(runs.map(transcript)).toMatchInlineSnapshot(`
      [
        "system: Be brief.
      user: Name a bird.
      assistant: A spar",
        "user …: A long text that the exporter cut in the mid
      assistant: Fine.",
        "",
      ]
    `);
    expect(runs.map((run) => run.modelCalls[0]?.finishReason)).toEqual(['length', 'stop', 'error']);
    expect(runs[0]?.modelCalls[0]).toMatchObject({ inputTokens: 11, outputTokens: 3 });
    expect(runs[2]?.modelCalls[0]?.error).toEqual({
      status: 400,
      code: 'context_length_exceeded',
      message: "This model's maximum context length is 8192 tokens.",
    });
    expect(runs.map((run) => run.notes)).toEqual([
      [],
      ['truncated by the recorder', 'incomplete'],
      [expect.stringContaining('content not captured')],
    ]);
    expect(records).toBe(3);
  });
});

/** One span a line. */
function spans(...given: readonly { readonly [key: string]: unknown }[]): string {
  return given
    .map(({ attributes, ...rest }, i) => {
      const list = Object.entries((attributes ?? {}) as object).map(([key, value]) => ({
        key,
        value: typeof value === 'number' ? { intValue: value } : { stringValue: String(value) },
      }));
      const span = {
        traceId: '1'.repeat(32),
        spanId: (i + 1).toString(16).padStart(16, '0'),
        startTimeUnixNano: `${(i + 1) * 1_000_000}`,
        endTimeUnixNano: `${(i + 2) * 1_000_000}`,
        ...rest,
        attributes: list,
      };
      return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    })
    .join('\n');
}

const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' };
const content = (input: string, output: string) => ({
  'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: input }] }]),
  'gen_ai.output.messages': JSON.stringify([
    { role: 'assistant', parts: [{ type: 'text', content: output }] },
  ]),
});

describe('traps', () => {
  it('counts a request once when a framework wraps the span of the provider', async () => {
    const { runs } = await read(
      't.jsonl',
      spans(
        { attributes: { ...chat, ...content('hi', 'ho'), 'gen_ai.usage.input_tokens': 5 } },
        { parentSpanId: '0000000000000001', attributes: { ...chat, 'gen_ai.usage.input_tokens': 5 } },
      ),
    );
    expect(runs.map(callsOf)).toEqual([['1 → 1']]);
    expect(runs[0]?.modelCalls[0]?.inputTokens).toBe(5);
  });

  it('shows tool calls of a run whose content is off, from their spans', async () => {
    const tool = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'save',
      'gen_ai.tool.call.id': 'c',
    };
    const { runs } = await read(
      't.jsonl',
      spans({ attributes: chat }, { attributes: tool, status: { code: 2, message: 'disk full' } }),
    );
    expect(transcript(runs[0])).toBe('assistant:  save#c()\ntool#c !: disk full');
    expect(runs[0]?.notes[0]).toContain('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT');
  });

  it('says that content stands elsewhere instead of fetching it', async () => {
    const { runs } = await read(
      't.jsonl',
      spans({ attributes: { ...chat, 'gen_ai.input.messages_ref': 's3://b/k' } }),
    );
    expect(runs[0]?.notes).toEqual(['content stored elsewhere']);
  });

  it('calls a trace without its root incomplete, and survives a circle of parents', async () => {
    const { runs } = await read(
      't.jsonl',
      spans(
        { parentSpanId: '0000000000000002', attributes: { ...chat, ...content('a', 'b') } },
        { parentSpanId: '0000000000000001', attributes: {} },
      ),
    );
    expect(runs[0]?.notes).toEqual(['incomplete']);
  });

  it('does not take embeddings or plain spans for runs', async () => {
    const file = await read(
      't.jsonl',
      spans(
        { attributes: { 'gen_ai.operation.name': 'embeddings' } },
        { attributes: { 'http.route': '/x' } },
      ),
    );
    expect(file.runs).toEqual([]);
    expect(file.skipped).toEqual({ embeddings: 1, 'not-a-model-call': 1 });
  });

  it('says nothing of an evaluation whose score has no pass mark', async () => {
    const events = [
      {
        name: 'gen_ai.evaluation.result',
        attributes: [{ key: 'gen_ai.evaluation.score.value', value: { doubleValue: 0.7 } }],
      },
    ];
    const { runs } = await read('t.jsonl', spans({ attributes: { ...chat, ...content('a', 'b') }, events }));
    expect(runs[0]?.outcome).toBeNull();
  });

  it('keeps damaged lines and spans as problems', async () => {
    const good = spans({ attributes: { ...chat, ...content('a', 'b') } });
    const noId = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x' }] }] }] });
    const { problems, records, recordsInRuns } = await read(
      't.jsonl',
      `${good}\n{"resourceSpans":[\n${noId}\n`,
    );
    expect(problems.map(({ line, reason }) => [line, reason])).toEqual([
      [1, 'invalid-json'],
      [2, 'unexpected-shape'],
    ]);
    expect([records, recordsInRuns]).toEqual([3, 1]);
  });
});
