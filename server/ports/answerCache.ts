import type { ModelAnswer } from '../model/modelRequest.ts';

/** Answers that were paid for. Lives apart from the index and survives its deletion. */
export interface AnswerCache {
  get(key: string): Promise<ModelAnswer | null>;
  put(key: string, answer: ModelAnswer): Promise<void>;
}
