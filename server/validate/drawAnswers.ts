import PQueue from 'p-queue';
import type { ModelAnswer, ModelErrorReason, ModelRequest } from '../model/modelRequest.ts';
import type { ReplayCost } from '../model/verdict.ts';
import type { AnswerCache } from '../ports/answerCache.ts';
import { type CancellationToken, CancelledError, throwIfCancelled } from '../ports/cancellation.ts';
import type { ModelClient } from '../ports/modelClient.ts';

export interface AnswerTask {
  readonly key: string;
  readonly request: ModelRequest;
  /** Called once with the answer; not called when the work is cancelled. */
  receive(answer: ModelAnswer): void;
}

/** What a person sees while answers come in. */
export interface ReplayProgress {
  readonly requestsDone: number;
  readonly requestsTotal: number;
  readonly fromCache: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Null where the model's price is not known. */
  readonly usd: number | null;
}

export interface Drawing {
  readonly client: ModelClient;
  readonly cache: AnswerCache;
  readonly concurrency: number;
  readonly maxRequests: number;
  /** US dollars for so many tokens; null when unknown. */
  readonly price: (model: string, tokensIn: number, tokensOut: number) => number | null;
  readonly onProgress: (progress: ReplayProgress) => void;
  readonly token: CancellationToken;
}

export interface AnswerDrawer {
  /**
   * Draws every task's answer, the recorded one where there is one. Starts in order, at most
   * `concurrency` at once. Throws `CancelledError` within a second of a cancellation; answers under way
   * at that moment are still kept when they arrive.
   */
  draw(tasks: readonly AnswerTask[]): Promise<void>;
  /** `total` is what the progress counts up to. */
  expect(total: number): void;
  cost(): ReplayCost;
  /** Why no further answer is asked for: the endpoint refuses all, or the budget is spent. */
  stopped(): string | null;
}

/** No later request can do better while the endpoint has not answered once. */
const HOPELESS = new Set<ModelErrorReason>(['bad-key', 'unknown-model', 'quota']);

export function answerDrawer(drawing: Drawing): AnswerDrawer {
  const cost = { requests: 0, fromCache: 0, tokensIn: 0, tokensOut: 0 };
  const tokensByModel = new Map<string, { in: number; out: number }>();
  let total = 0;
  let done = 0;
  let started = 0;
  /** Answers that the endpoint gave in this replay: recorded ones say nothing of its health. */
  let answered = 0;
  let unreachable = 0;
  let stop: string | null = null;

  /** Summed by model, not by arrival, so that equal answers cost the same to the last digit. */
  const usd = (): number | null => {
    if (tokensByModel.size === 0) return null;
    let sum = 0;
    for (const model of [...tokensByModel.keys()].sort()) {
      const tokens = tokensByModel.get(model) ?? { in: 0, out: 0 };
      const price = drawing.price(model, tokens.in, tokens.out);
      if (price === null) return null;
      sum += price;
    }
    return sum;
  };

  const report = (): void => {
    const { fromCache, tokensIn, tokensOut } = cost;
    const requestsTotal = Math.max(total, done);
    drawing.onProgress({ requestsDone: done, requestsTotal, fromCache, tokensIn, tokensOut, usd: usd() });
  };

  const fresh = async (task: AnswerTask): Promise<ModelAnswer> => {
    if (stop !== null) return notAsked(stop);
    if (started >= drawing.maxRequests) {
      stop = `the budget of ${drawing.maxRequests} requests is spent`;
      return notAsked(stop);
    }
    started++;
    const answer = await drawing.client.answer(task.request, drawing.token);
    if (answer.ok) {
      answered++;
      cost.requests++;
      cost.tokensIn += answer.inputTokens;
      cost.tokensOut += answer.outputTokens;
      const tokens = tokensByModel.get(task.request.model) ?? { in: 0, out: 0 };
      tokens.in += answer.inputTokens;
      tokens.out += answer.outputTokens;
      tokensByModel.set(task.request.model, tokens);
      await drawing.cache.put(task.key, answer);
      return answer;
    }
    if (answer.reason === 'unreachable') unreachable++;
    else if (answer.reason !== 'cancelled') cost.requests++;
    const hopeless = HOPELESS.has(answer.reason) || unreachable >= 3;
    if (answered === 0 && hopeless) stop = `${answer.reason}: ${answer.detail}`;
    return answer;
  };

  const perform = async (task: AnswerTask): Promise<void> => {
    if (drawing.token.isCancellationRequested) return;
    const known = await drawing.cache.get(task.key);
    if (known) cost.fromCache++;
    const answer = known ?? (await fresh(task));
    if (drawing.token.isCancellationRequested) return;
    task.receive(answer);
    done++;
    report();
  };

  return {
    async draw(tasks) {
      throwIfCancelled(drawing.token);
      const queue = new PQueue({ concurrency: Math.max(1, drawing.concurrency) });
      const watch = watchCancellation(drawing.token);
      const all = Promise.all(tasks.map((task) => queue.add(() => perform(task))));
      all.catch(() => {});
      try {
        await Promise.race([all, watch.cancelled]);
      } finally {
        watch.end();
        queue.clear();
      }
      throwIfCancelled(drawing.token);
    },
    expect(count) {
      total = count;
      report();
    },
    cost: () => ({ ...cost, usd: usd() }),
    stopped: () => stop,
  };
}

function notAsked(why: string): ModelAnswer {
  return { ok: false, reason: 'unreachable', detail: `not asked: ${why}` };
}

/** Rejects soon after the token turns, also when a client does not look at it. */
function watchCancellation(token: CancellationToken): { cancelled: Promise<never>; end(): void } {
  let end = (): void => {};
  const cancelled = new Promise<never>((_resolve, reject) => {
    const timer = setInterval(() => {
      if (token.isCancellationRequested) reject(new CancelledError());
    }, 100);
    end = () => clearInterval(timer);
  });
  cancelled.catch(() => {});
  return { cancelled, end };
}
