import type { ModelAnswer, ModelRequest } from '../model/modelRequest.ts';
import type { CancellationToken } from './cancellation.ts';

/** A source of model answers: an HTTP endpoint, the editor's own models, or a recording. */
export interface ModelClient {
  /** Names the endpoint in cache keys and on scorecards; never holds a key. */
  readonly endpoint: string;
  /** Draws one fresh answer. Never throws: every failure is an answer with `ok: false`. */
  answer(request: ModelRequest, token: CancellationToken): Promise<ModelAnswer>;
}
