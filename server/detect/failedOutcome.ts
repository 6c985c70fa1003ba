/**
 * The trace itself says that the run failed: a score, reward, feedback or evaluation result below
 * its pass mark. Nothing is judged here.
 *
 * Example: a tau-bench record with `"reward": 0.0`.
 *
 * Wrong when: the recorder's pass mark is not yours, or the score measures something else, such as
 * style. A run without a recorded outcome is never counted, neither as passed nor as failed.
 *
 * To fix: look for the other findings of the same runs. An outcome alone names no line, it only says
 * how often the prompt that the runs carried ends badly.
 */

import type { Failure } from '../model/failure.ts';
import type { Run } from '../model/run.ts';
import { evidenceLine, oneLine } from './evidenceText.ts';

export function failedOutcome(run: Run): Failure[] {
  const { outcome } = run;
  if (outcome === null || outcome.passed) return [];
  const score = outcome.score === null ? 'failed' : `${outcome.score}, below its pass mark`;
  return [
    {
      kind: 'failed-outcome',
      message: Math.max(0, run.messages.length - 1),
      decision: null,
      toolCallId: null,
      toolCallIndex: null,
      tool: null,
      parameter: null,
      evidence: evidenceLine(`Recorded ${oneLine(outcome.source, 60)}: ${score}`),
      blame: 'unknown',
      certainty: 'certain',
      signature: `${oneLine(outcome.source, 60)} failed`,
    },
  ];
}
