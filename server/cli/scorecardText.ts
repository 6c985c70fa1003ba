import type { Verdict } from '../model/verdict.ts';
import { count } from './words.ts';

/** The scorecard of an edit for a terminal: the diff, then every number that the verdict rests on. */
export function scorecardText(answer: {
  readonly edit: {
    readonly file: string;
    readonly diff: string;
    readonly strategy: string;
    readonly rationale?: string;
  };
  readonly verdict: Verdict;
  readonly applied: boolean;
}): string {
  const { edit, verdict, applied } = answer;
  const { failing, passing, static: proof, cost } = verdict;
  const lines = [edit.diff.trimEnd(), ''];
  if (edit.rationale !== undefined) lines.push(edit.rationale, '');
  lines.push(
    `${verdict.result.toUpperCase()}  (${verdict.method}${verdict.model === null ? '' : `, ${verdict.model}`})`,
  );
  lines.push(verdict.why);
  if (verdict.method === 'replayed') {
    lines.push(
      `  failing  ${failing.n}: old wording repeats ${failing.oldRepeats}, edit ${failing.newRepeats} · ` +
        `${failing.fixed} fixed, ${failing.stillFailing} still failing, ${failing.newlyFailing} newly failing, ` +
        `${failing.notReproduced} not reproduced, ${failing.diverged} diverged, ${failing.errors} errors`,
      `  passing  ${passing.n}: ${passing.kept} kept, ${passing.broken} broken, ${passing.newlyPassing} newly passing, ` +
        `${passing.notReproduced} not reproduced, ${passing.diverged} diverged, ${passing.errors} errors`,
      `  p ${verdict.pValue === null ? 'n/a' : verdict.pValue.toPrecision(2)} at look ${verdict.look} · worst case ` +
        `${percent(verdict.breakRateUpperBound)} extra breakage (95 %), margin ${percent(verdict.margin)}`,
    );
    if (verdict.expectedDrop !== null) {
      const { low, mid, high } = verdict.expectedDrop;
      lines.push(
        `  expected drop ${percent(mid)} (${percent(low)} to ${percent(high)}) at the replayed step`,
      );
    }
  }
  lines.push(
    `  static   ${count(proof.callsRevalidated, 'recorded call')} re-validated: ${proof.goodCallsNowRejected} good ones ` +
      `now rejected, ${proof.badCallsNowRejected} bad ones now rejected`,
    `  cost     ${count(cost.requests, 'request')}, ${cost.fromCache} from cache, ${cost.tokensIn} + ${cost.tokensOut} tokens` +
      `${cost.usd === null ? '' : `, $${cost.usd.toFixed(2)}`}`,
    ...verdict.notes.map((note) => `  note     ${note}`),
    applied ? `Applied to ${edit.file}.` : 'Not applied.',
  );
  return `${lines.join('\n')}\n`;
}

function percent(share: number | null): string {
  return share === null ? 'n/a' : `${(100 * share).toFixed(1)} %`;
}
