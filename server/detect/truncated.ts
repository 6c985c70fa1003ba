/**
 * The provider stopped the answer at the output limit: a finish reason of the length kind.
 *
 * Example: `finish_reason: "length"` after 512 tokens, the reply ends in the middle of a sentence.
 *
 * Wrong when: the limit was set low on purpose, as in a classifier that may answer with one token.
 *
 * To fix: ask for shorter answers in the prompt, or raise the output limit in the program that calls
 * the model.
 */

import type { Failure } from '../model/failure.ts';
import type { Run } from '../model/run.ts';
import { evidenceLine, oneLine } from './evidenceText.ts';

const LIMIT_NAMES = [
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'maxOutputTokens',
  'num_predict',
];

export function truncated(run: Run): Failure[] {
  return run.modelCalls.flatMap((call): Failure[] => {
    if (call.finishReason !== 'length') return [];
    const reason = oneLine(call.finishReasonText ?? 'length', 40);
    const limit = LIMIT_NAMES.map((name) => call.parameters[name]).find((value) => typeof value === 'number');
    const size = call.outputTokens === null ? '' : ` after ${call.outputTokens} output tokens`;
    const allowed = limit === undefined ? '' : ` of ${limit} allowed`;
    return [
      {
        kind: 'truncated',
        message: call.outputMessage ?? Math.max(0, call.inputMessages - 1),
        decision: call.outputMessage,
        toolCallId: null,
        toolCallIndex: null,
        tool: null,
        parameter: null,
        evidence: evidenceLine(`The answer was cut off${size}${allowed} (finish reason ${reason})`),
        blame: 'unknown',
        certainty: 'certain',
        signature: 'cut at the output limit',
      },
    ];
  });
}
