import type { OpenAI } from 'openai';
import type { ModelAnswer, ModelErrorReason, ModelRequest } from '../model/modelRequest.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { ModelClient } from '../ports/modelClient.ts';
import { chatAnswer, chatRequest } from './chatCompletion.ts';

export interface OpenaiEndpoint {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  /** Null for endpoints that want none: no authorization header is sent then. */
  readonly apiKey: string | null;
  readonly fetch?: typeof fetch;
  readonly timeoutMs?: number;
  /** Further attempts after 408, 409, 429, 5xx or a lost connection; Retry-After is honoured, else jittered back-off. */
  readonly maxRetries?: number;
}

/**
 * Any endpoint that speaks the OpenAI chat completions API, through the `openai` package, which is loaded
 * on the first request. Nothing is taken from the environment. A cancelled request ends within 100 ms.
 */
export function openaiModelClient(endpoint: OpenaiEndpoint): ModelClient {
  let loading: Promise<OpenAI> | null = null;
  return {
    endpoint: endpointName(endpoint.baseUrl),
    async answer(request, token) {
      const abort = new AbortController();
      if (token.isCancellationRequested) return cancelled;
      const watch = setInterval(() => {
        if (token.isCancellationRequested) abort.abort();
      }, 50);
      try {
        loading ??= connect(endpoint);
        const client = await loading;
        const completion = await client.chat.completions.create(chatRequest(request), {
          signal: abort.signal,
        });
        return chatAnswer(completion);
      } catch (error) {
        return failure(error, request, token, endpoint);
      } finally {
        clearInterval(watch);
      }
    },
  };
}

const cancelled: ModelAnswer = { ok: false, reason: 'cancelled', detail: 'cancelled' };

async function connect(endpoint: OpenaiEndpoint): Promise<OpenAI> {
  const { OpenAI } = await import('openai');
  return new OpenAI({
    baseURL: endpoint.baseUrl,
    apiKey: endpoint.apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    timeout: endpoint.timeoutMs ?? 60_000,
    maxRetries: endpoint.maxRetries ?? 4,
    ...(endpoint.apiKey === null ? { defaultHeaders: { Authorization: null } } : {}),
    ...(endpoint.fetch ? { fetch: endpoint.fetch } : {}),
  });
}

/** For cache keys and scorecards: the address without what may hold a secret. */
function endpointName(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const url = new URL(baseUrl);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

async function failure(
  error: unknown,
  request: ModelRequest,
  token: CancellationToken,
  endpoint: OpenaiEndpoint,
): Promise<ModelAnswer> {
  if (token.isCancellationRequested) return cancelled;
  const { reason, detail } = await classify(error, request, endpointName(endpoint.baseUrl));
  const { apiKey } = endpoint;
  const safe = apiKey ? detail.replaceAll(apiKey, '***') : detail;
  return { ok: false, reason, detail: safe.length > 300 ? `${safe.slice(0, 299)}…` : safe };
}

/** By class, status and code; never by the text of a message, which every server words differently. */
async function classify(
  error: unknown,
  request: ModelRequest,
  where: string,
): Promise<{ reason: ModelErrorReason; detail: string }> {
  const { APIError, APIConnectionError, APIConnectionTimeoutError } = await import('openai');
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof APIConnectionTimeoutError) {
    return { reason: 'timeout', detail: `${where} did not answer in time` };
  }
  if (error instanceof APIConnectionError) {
    return { reason: 'unreachable', detail: `${where} cannot be reached: ${message}` };
  }
  // Neither a status nor a connection fault: the answer itself broke off or is no JSON.
  if (!(error instanceof APIError) || typeof error.status !== 'number') {
    return { reason: 'broken-stream', detail: `the answer of ${where} cannot be read: ${message}` };
  }
  const { status, code } = error;
  if (status === 401 || status === 403)
    return { reason: 'bad-key', detail: `${where} refuses the key: ${message}` };
  if (status === 404) {
    const detail = `${where} knows no model "${request.model}", or is not the base URL (it usually ends in /v1): ${message}`;
    return { reason: 'unknown-model', detail };
  }
  if (status === 402 || code === 'insufficient_quota') return { reason: 'quota', detail: message };
  if (status === 429) return { reason: 'rate-limited', detail: message };
  if (status === 408) return { reason: 'timeout', detail: message };
  if (status >= 500) return { reason: 'server-error', detail: message };
  return code === 'model_not_found'
    ? { reason: 'unknown-model', detail: message }
    : { reason: 'bad-request', detail: message };
}
