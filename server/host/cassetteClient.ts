import type { Files } from '../ports/files.ts';
import type { ModelClient } from '../ports/modelClient.ts';
import { readRecording } from './fileAnswerCache.ts';

/**
 * Stands for the endpoint that a cassette was recorded at, without reaching it: every answer has to come
 * from the cache over the same file, and a request that is not there fails.
 */
export async function cassetteClient(files: Files, path: string): Promise<ModelClient> {
  const [first] = await readRecording(files, path);
  return {
    endpoint: first?.endpoint ?? 'cassette',
    answer: async () => ({ ok: false, reason: 'unreachable', detail: 'not in the cassette' }),
  };
}
