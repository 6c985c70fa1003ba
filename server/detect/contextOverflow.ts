/**
 * The request did not fit, or all but filled, the model's window: the provider refused it with a
 * code or message of the overflow kind, ended the answer for that reason, or the input tokens reach
 * 98 % of the window.
 *
 * Example: HTTP 400, `context_length_exceeded`, "maximum context length is 8192 tokens".
 *
 * Wrong when: the model's window was widened (a provider's long-context option) and the tokens are
 * near the ordinary window; that sign alone is therefore only `likely`. A request beyond the window
 * that was answered proves a wider one and is not counted. Rate limits and quotas are something else.
 *
 * To fix: shorten what the prompt repeats, have tools return less, or summarise the history before
 * the window is full.
 */

import type { Certainty, Failure } from '../model/failure.ts';
import type { ModelCall, Run } from '../model/run.ts';
import type { DetectContext } from './context.ts';
import { isContextOverflow } from './contextOverflowText.ts';
import { evidenceLine, quoted } from './evidenceText.ts';

const NEARLY_FULL = 0.98;

interface Sign {
  readonly evidence: string;
  readonly certainty: Certainty;
  readonly signature: string;
}

export function contextOverflow(run: Run, context: DetectContext): Failure[] {
  const failures = new Map<number, Failure>();
  for (const call of run.modelCalls) {
    const sign = overflowSign(call, call.model ?? run.model, context);
    const message = Math.min(Math.max(0, call.inputMessages - 1), Math.max(0, run.messages.length - 1));
    // A refused request is often sent again as it is: that is one overflow.
    if (sign === null || failures.get(message)?.certainty === 'certain') continue;
    failures.set(message, {
      kind: 'context-overflow',
      message,
      decision: null,
      toolCallId: null,
      toolCallIndex: null,
      tool: null,
      parameter: null,
      evidence: evidenceLine(sign.evidence),
      blame: 'unknown',
      certainty: sign.certainty,
      signature: sign.signature,
    });
  }
  return [...failures.values()];
}

function overflowSign(call: ModelCall, model: string | null, context: DetectContext): Sign | null {
  if (call.error !== null && isContextOverflow(call.error)) {
    const said = quoted(call.error.message === '' ? (call.error.code ?? '') : call.error.message, 140);
    return {
      evidence: `The provider refused the request: ${said}`,
      certainty: 'certain',
      signature: 'refused',
    };
  }
  if (call.finishReason === 'context_overflow') {
    const reason = call.finishReasonText ?? 'context_overflow';
    return {
      evidence: `The window was full (finish reason ${reason})`,
      certainty: 'certain',
      signature: 'window full',
    };
  }
  const window = model === null ? null : context.contextWindow(model);
  if (window === null || call.inputTokens === null || window <= 0) return null;
  if (call.inputTokens < NEARLY_FULL * window || call.inputTokens > window) return null;
  return {
    evidence: `${call.inputTokens} input tokens of a window of ${window} (${model})`,
    certainty: 'likely',
    signature: 'window nearly full',
  };
}
