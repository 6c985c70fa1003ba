import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '../model/json.ts';
import { asksForCandidates, rewriteCandidates } from './rewriteCandidates.ts';
import {
  requestKey,
  SCRIPTED_MODEL,
  type ScriptedAnswer,
  type ScriptedRequest,
  scriptedAnswer,
} from './scriptedModel.ts';
import { countTokens, requestTokens } from './tokens.ts';
import { fromWire, toChunks, toCompletion } from './wire.ts';

export interface ScriptedEndpoint {
  /** Base URL, ends in `/v1`. */
  readonly url: string;
  readonly close: () => Promise<void>;
  /** Chat requests answered so far, refused ones included. */
  readonly requests: () => number;
}

/**
 * The scripted model behind an OpenAI-compatible endpoint on this machine's loopback address. Each
 * repetition of one request is a new draw, counted from the start of the server: draws differ, and a
 * fresh server gives the same sequence again.
 */
export function startScriptedEndpoint(options: { readonly port?: number } = {}): Promise<ScriptedEndpoint> {
  const draws = new Map<string, number>();
  let requests = 0;
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method === 'GET' && path === '/v1/models') {
      sendJson(response, 200, {
        object: 'list',
        data: [{ id: SCRIPTED_MODEL, object: 'model', created: 0, owned_by: 'faultline' }],
      });
      return;
    }
    if (request.method !== 'POST' || path !== '/v1/chat/completions') {
      sendError(response, 404, 'not_found', `There is no ${request.method} ${path} here.`);
      return;
    }
    requests += 1;
    const body = await readJson(request);
    const wire =
      body === undefined ? ({ ok: false, detail: 'The body is not JSON.' } as const) : fromWire(body);
    if (!wire.ok) {
      sendError(response, 400, 'invalid_request', wire.detail);
      return;
    }
    if (wire.model !== SCRIPTED_MODEL) {
      sendError(
        response,
        404,
        'model_not_found',
        `The model '${wire.model}' does not exist; this endpoint has ${SCRIPTED_MODEL}.`,
      );
      return;
    }
    const key = requestKey(wire.request);
    const draw = draws.get(key) ?? 0;
    draws.set(key, draw + 1);
    const answer = asksForCandidates(wire.request)
      ? candidatesAnswer(wire.request)
      : scriptedAnswer(wire.request, draw);
    if (!answer.ok) {
      sendError(response, 400, answer.code, answer.message);
      return;
    }
    const envelope = { id: `chatcmpl-${key.slice(0, 12)}-${draw}`, model: SCRIPTED_MODEL };
    if (!wire.stream) {
      sendJson(response, 200, toCompletion(answer, envelope));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    for (const chunk of toChunks(answer, envelope, wire.includeUsage))
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    response.end('data: [DONE]\n\n');
  }

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}/v1`,
        requests: () => requests,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

function candidatesAnswer(request: ScriptedRequest): ScriptedAnswer {
  const text = JSON.stringify({ candidates: rewriteCandidates(request) });
  const inputTokens = requestTokens(request);
  return {
    ok: true,
    text,
    toolCalls: [],
    finishReason: 'stop',
    inputTokens,
    outputTokens: countTokens(text),
  };
}

/** Undefined when the body is no JSON. */
async function readJson(request: IncomingMessage): Promise<Json | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** In the shape of the chat API's own errors. */
function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code } });
}
