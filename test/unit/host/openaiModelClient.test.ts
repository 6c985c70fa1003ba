import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LLMock } from '@copilotkit/aimock';
import { afterEach, describe, expect, it } from 'vitest';
import { openaiModelClient } from '../../../server/host/openaiModelClient.ts';
import type { ModelRequest } from '../../../server/model/modelRequest.ts';
import type { Message, Role } from '../../../server/model/run.ts';
import { neverCancelled } from '../../../server/ports/cancellation.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function mock(): Promise<LLMock> {
  const server = new LLMock({ port: 0 });
  await server.start();
  closing.push(() => server.stop());
  return server;
}

/** Bare HTTP for answers that a well-behaved mock does not give. */
async function bare(handle: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const say = (role: Role, text: string, more: Partial<Message> = {}): Message => ({
  role,
  name: null,
  text,
  toolCalls: [],
  toolCallId: null,
  isError: null,
  isTruncated: false,
  ...more,
});
const request: ModelRequest = {
  model: 'm',
  messages: [say('user', 'hi')],
  tools: [],
  parameters: { temperature: 0.5 },
};
const client = (baseUrl: string, more: Partial<Parameters<typeof openaiModelClient>[0]> = {}) =>
  openaiModelClient({ baseUrl, apiKey: null, maxRetries: 0, ...more });

describe('openaiModelClient', { timeout: 30_000 }, () => {
  it('sends the whole request and reads calls, finish reason and tokens', async () => {
    const server = await mock();
    server.on({ predicate: () => true }, () => ({
      content: 'one moment',
      toolCalls: [
        { name: 'add', arguments: '{"a":1}', id: 'c1' },
        { name: 'add', arguments: '{"a":', id: 'c2' },
      ],
      usage: { prompt_tokens: 11, completion_tokens: 5 },
    }));
    const call = { id: null, name: 'add', argumentsText: '', arguments: {}, argumentsValid: true };
    const answer = await client(`${server.url}/v1`).answer(
      {
        ...request,
        messages: [
          say('developer', 'rules'),
          say('user', 'hi', { name: 'Not a valid name' }),
          say('assistant', '', { toolCalls: [call, call] }),
          say('tool', '1'),
          say('tool', '2'),
        ],
        tools: [{ name: 'add', description: 'Adds.', parameters: { type: 'object' }, strict: true }],
      },
      neverCancelled,
    );
    expect(answer).toEqual({
      ok: true,
      message: say('assistant', 'one moment', {
        toolCalls: [
          { id: 'c1', name: 'add', argumentsText: '{"a":1}', arguments: { a: 1 }, argumentsValid: true },
          { id: 'c2', name: 'add', argumentsText: '{"a":', arguments: null, argumentsValid: false },
        ],
      }),
      finishReason: 'tool_calls',
      inputTokens: 11,
      outputTokens: 5,
    });
    const [sent] = server.getRequests();
    expect(sent?.body).toMatchObject({
      model: 'm',
      temperature: 0.5,
      tools: [{ type: 'function', function: { name: 'add', description: 'Adds.', strict: true } }],
      messages: [
        { content: 'rules' },
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_2_0', function: { arguments: '{}' } }, { id: 'call_2_1' }],
        },
        { role: 'tool', tool_call_id: 'call_2_0', content: '1' },
        { role: 'tool', tool_call_id: 'call_2_1', content: '2' },
      ],
    });
    expect(Object.keys(sent?.headers ?? {})).not.toContain('authorization');
  });

  it('takes neither key nor address from the environment', async () => {
    const server = await mock();
    server.on({ predicate: () => true }, () => ({ content: 'hi' }));
    const before = process.env.OPENAI_API_KEY;
    process.env.OPENAI_API_KEY = 'sk-from-the-environment';
    try {
      await client(`${server.url}/v1`).answer(request, neverCancelled);
    } finally {
      if (before === undefined) delete process.env.OPENAI_API_KEY;
      else process.env.OPENAI_API_KEY = before;
    }
    expect(JSON.stringify(server.getRequests()[0]?.headers)).not.toContain('sk-from-the-environment');
  });

  it.each([
    [401, null, 'bad-key'],
    [403, null, 'bad-key'],
    [404, null, 'unknown-model'],
    [400, 'model_not_found', 'unknown-model'],
    [400, null, 'bad-request'],
    [429, null, 'rate-limited'],
    [429, 'insufficient_quota', 'quota'],
    [500, null, 'server-error'],
    [503, null, 'server-error'],
  ])('calls status %i with code %s %s, and never shows the key', async (status, code, reason) => {
    const url = await bare((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'key sk-secret was no good', code } }));
    });
    const answer = await client(url, { apiKey: 'sk-secret' }).answer(request, neverCancelled);
    expect(answer).toMatchObject({ ok: false, reason });
    expect(JSON.stringify(answer)).not.toContain('sk-secret');
  });

  it('tries again after a 429 and a 500', async () => {
    let asked = 0;
    const url = await bare((_request, response) => {
      asked++;
      if (asked < 3) {
        response.writeHead(asked === 1 ? 429 : 500, { 'retry-after-ms': '1' }).end('{}');
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }] }));
    });
    const answer = await client(url, { maxRetries: 3 }).answer(request, neverCancelled);
    expect(answer).toMatchObject({ ok: true, finishReason: 'stop', inputTokens: 0, message: { text: 'ok' } });
    expect(asked).toBe(3);
  });

  it('tells a broken answer from a dead endpoint', async () => {
    const broken = await bare((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"choices": [');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await client(broken).answer(request, neverCancelled)).toMatchObject({ reason: 'broken-stream' });
    const html = await bare(
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    expect(await client(html).answer(request, neverCancelled)).toMatchObject({ reason: 'broken-stream' });
    const silent = await bare(() => {});
    expect(await client(silent, { timeoutMs: 50 }).answer(request, neverCancelled)).toMatchObject({
      reason: 'timeout',
    });
    expect(await client('http://127.0.0.1:9/v1').answer(request, neverCancelled)).toMatchObject({
      reason: 'unreachable',
    });
  });

  it('lets go of a request when cancelled', async () => {
    const token = { isCancellationRequested: false };
    const url = await bare(() => {
      token.isCancellationRequested = true;
    });
    expect(await client(url).answer(request, token)).toMatchObject({ ok: false, reason: 'cancelled' });
    expect(await client(url).answer(request, token)).toMatchObject({ ok: false, reason: 'cancelled' });
  });

  it('names the endpoint without what may be secret in it', () => {
    expect(client('https://user:pass@host.example/v1/?token=abc').endpoint).toBe('https://host.example/v1');
  });
});
