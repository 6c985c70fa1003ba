// PLACEHOLDER by the lead until the validate helper writes the real file: overwrite freely.
import type { ModelClient } from '../ports/modelClient.ts';
export function openaiModelClient(_: { baseUrl: string; apiKey: string | null }): ModelClient {
  return { endpoint: '', answer: async () => ({ ok: false, reason: 'unreachable', detail: 'placeholder' }) };
}
