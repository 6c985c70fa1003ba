import type { ModelClient } from '../ports/modelClient.ts';

export interface Spent {
  readonly requests: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
}

/** A client that counts, and that stops at a limit: one purse for writing, comparing and replaying an edit. */
export interface MeteredClient extends ModelClient {
  spent(): Spent;
  /** Requests that may still be sent. */
  left(): number;
}

export function meteredClient(client: ModelClient, maxRequests: number): MeteredClient {
  let requests = 0;
  let tokensIn = 0;
  let tokensOut = 0;
  return {
    endpoint: client.endpoint,
    spent: () => ({ requests, tokensIn, tokensOut }),
    left: () => Math.max(0, maxRequests - requests),
    async answer(request, token) {
      if (requests >= maxRequests) {
        return { ok: false, reason: 'quota', detail: `the budget of ${maxRequests} requests is spent` };
      }
      requests++;
      const answer = await client.answer(request, token);
      if (answer.ok) {
        tokensIn += answer.inputTokens;
        tokensOut += answer.outputTokens;
      }
      return answer;
    },
  };
}
