import { sha256 } from '../model/hash.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { AnswerCache } from '../ports/answerCache.ts';
import type { ModelClient } from '../ports/modelClient.ts';

/**
 * A client that asks each request once: the same question gets the recorded answer. For writing
 * candidates, where asking again would give another edit and so another look at the held-out half;
 * replay keeps its own keys, as each of its draws has to be a fresh one.
 */
export function recordedClient(client: ModelClient, answers: AnswerCache): ModelClient {
  return {
    endpoint: client.endpoint,
    async answer(request, token) {
      const key = sha256(`candidates\n${client.endpoint}\n${canonicalJson(request as unknown as Json)}`);
      const known = await answers.get(key);
      if (known?.ok) return known;
      const answer = await client.answer(request, token);
      if (answer.ok) await answers.put(key, answer);
      return answer;
    },
  };
}
