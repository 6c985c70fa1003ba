import OpenAI from 'openai';
import { afterEach, beforeEach, expect, describe as group, it } from 'vitest';
import { type ScriptedEndpoint, startScriptedEndpoint } from '../../../server/sample/scriptedEndpoint.ts';
import { SCRIPTED_MODEL } from '../../../server/sample/scriptedModel.ts';

let endpoint: ScriptedEndpoint;
let client: OpenAI;

beforeEach(async () => {
  endpoint = await startScriptedEndpoint();
  client = new OpenAI({ baseURL: endpoint.url, apiKey: 'none', maxRetries: 0 });
});

afterEach(() => endpoint.close());

const REQUEST = {
  model: SCRIPTED_MODEL,
  messages: [
    { role: 'system' as const, content: 'Today is 2026-02-10. The account is ACC-100001.' },
    { role: 'user' as const, content: 'What is BP.L trading at?' },
  ],
  tools: [
    {
      type: 'function' as const,
      function: {
        name: 'get_quote',
        description: 'Price.',
        parameters: { type: 'object', properties: { symbol: { type: 'string' } }, required: ['symbol'] },
      },
    },
  ],
};

group('the scripted endpoint', () => {
  it('listens on the loopback address and names its model', async () => {
    expect(endpoint.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual([SCRIPTED_MODEL]);
    expect(endpoint.requests()).toBe(0);
  });

  it('answers with a call, usage and a finish reason', async () => {
    const completion = await client.chat.completions.create(REQUEST);
    const choice = completion.choices[0];
    expect(choice?.finish_reason).toBe('tool_calls');
    expect(choice?.message.tool_calls?.[0]).toMatchObject({
      type: 'function',
      function: { name: 'get_quote', arguments: '{"symbol":"BP.L"}' },
    });
    expect(completion.usage?.prompt_tokens).toBeGreaterThan(20);
    expect(endpoint.requests()).toBe(1);
  });

  it('streams the same answer', async () => {
    const call = await client.chat.completions
      .stream({ ...REQUEST, stream_options: { include_usage: true } })
      .finalChatCompletion();
    expect(call.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { arguments: '{"symbol":"BP.L"}' },
    });
    expect(call.choices[0]?.finish_reason).toBe('tool_calls');
    expect(call.usage?.completion_tokens).toBeGreaterThan(0);
    const words = await client.chat.completions
      .stream({ ...REQUEST, messages: [{ role: 'user', content: 'Will BP.L go up?' }] })
      .finalChatCompletion();
    expect(words.choices[0]?.message.content).toContain('I cannot predict prices.');
  });

  it('draws anew for each repetition, and the same sequence again from a fresh server', async () => {
    const request = {
      ...REQUEST,
      messages: [
        ...REQUEST.messages.slice(0, 1),
        { role: 'user' as const, content: 'Which trades did I make since 3 November?' },
      ],
    };
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'get_transactions',
          description: 'Trades.',
          parameters: { type: 'object', properties: { since: { type: 'string' } } },
        },
      },
    ];
    const sequence = async (from: OpenAI) => {
      const ids: string[] = [];
      for (let draw = 0; draw < 5; draw += 1) {
        const { choices } = await from.chat.completions.create({ ...request, tools });
        ids.push(JSON.stringify(choices[0]?.message.tool_calls));
      }
      return ids;
    };
    const first = await sequence(client);
    expect(new Set(first).size).toBe(5);
    const other = await startScriptedEndpoint();
    try {
      expect(await sequence(new OpenAI({ baseURL: other.url, apiKey: 'none', maxRetries: 0 }))).toEqual(
        first,
      );
    } finally {
      await other.close();
    }
  });

  it('refuses as the chat API does', async () => {
    await expect(client.chat.completions.create({ ...REQUEST, model: 'gpt-4o' })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    await expect(client.chat.completions.create({ ...REQUEST, messages: [] })).rejects.toMatchObject({
      status: 400,
    });
    const long = { ...REQUEST, messages: [{ role: 'user' as const, content: 'word '.repeat(9000) }] };
    await expect(client.chat.completions.create(long)).rejects.toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
    });
  });

  it('rewrites a description when it is asked for candidates', async () => {
    const evidence = [
      'Tool\n```\nconvert_currency\n```',
      'Parameter whose description is wanted\n```\nas_of\n```',
      'Current description\n```\nDay of the rate.\n```',
      'JSON Schema\n```json\n{"type":"string","format":"date"}\n```',
      'Failing calls (1 of 1)\n```\n{"as_of":"3 May"}\n```',
      'Passing calls (1 of 1)\n```\n{"as_of":"2026-02-05"}\n```',
    ].join('\n\n');
    const { choices } = await client.chat.completions.create({
      model: SCRIPTED_MODEL,
      messages: [
        {
          role: 'system',
          content: 'Answer with JSON only: {"candidates":[{"description":"…","reason":"one sentence"}]}',
        },
        { role: 'user', content: evidence },
      ],
    });
    expect(
      JSON.parse(choices[0]?.message.content ?? '').candidates.map(
        (candidate: { description: string }) => candidate.description,
      ),
    ).toEqual([
      'Day of the rate. Written as YYYY-MM-DD.',
      'Day of the rate. Written as YYYY-MM-DD, for example 2026-02-05.',
    ]);
  });
});
