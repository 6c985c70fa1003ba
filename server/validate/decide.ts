import type { FailingBlock, PassingBlock, Verdict } from '../model/verdict.ts';
import { failingBlock, passingBlock } from './blocks.ts';
import type { EvaluatedSample } from './evaluateSample.ts';
import { mcnemarExact, thresholdAtLook } from './mcnemar.ts';
import { pairedUpperBound } from './pairedUpperBound.ts';
import { MAXIMUM_LOST_SHARE, MINIMUM_FAILING, MINIMUM_PASSING } from './replaySettings.ts';

/** All numbers that the decision rests on. */
export interface Decision {
  readonly result: Exclude<Verdict['result'], 'not-validated'>;
  readonly failing: FailingBlock;
  readonly passing: PassingBlock;
  /** Exact two-sided McNemar on the failing pairs; null when none counts. */
  readonly pValue: number | null;
  readonly breakRateUpperBound: number | null;
  readonly reason: Reason;
}

/** Why the result is what it is, with the numbers that a sentence about it needs. */
export type Reason =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'breaks'; readonly pValue: number }
  | { readonly kind: 'lost-answers'; readonly block: 'failing' | 'passing' }
  | { readonly kind: 'too-few-failing'; readonly counted: number }
  | { readonly kind: 'too-few-passing'; readonly counted: number }
  | { readonly kind: 'not-reproduced' }
  | { readonly kind: 'no-benefit'; readonly pValue: number; readonly threshold: number }
  | { readonly kind: 'not-safe'; readonly bound: number };

/**
 * The rule, fixed before the run: benefit by exact McNemar on the failing pairs at this look's threshold,
 * safety by the upper bound of extra breakage against the margin; harm by exact McNemar on the passing
 * pairs. Lost answers in the failing block stop an `accept` but hide no harm seen in a sound passing
 * block.
 */
export function decide(
  failingSamples: readonly EvaluatedSample[],
  passingSamples: readonly EvaluatedSample[],
  rule: { readonly margin: number; readonly look: number },
): Decision {
  const failing = failingBlock(failingSamples);
  const passing = passingBlock(passingSamples);
  const failingCounted = failingSamples.filter((sample) => sample.counts).length;
  const passingCounted = passingSamples.filter((sample) => sample.counts);
  const pValue = failingCounted === 0 ? null : mcnemarExact(failing.fixed, failing.newlyFailing);
  const bound =
    passingCounted.length === 0
      ? null
      : pairedUpperBound(passingCounted.map((sample) => sample.newShare - sample.oldShare));
  const conclude = (result: Decision['result'], reason: Reason): Decision => ({
    result,
    failing,
    passing,
    pValue,
    breakRateUpperBound: bound,
    reason,
  });

  if (isLost(passing)) return conclude('inconclusive', { kind: 'lost-answers', block: 'passing' });
  const harm = mcnemarExact(passing.broken, passing.newlyPassing);
  if (passing.broken > passing.newlyPassing && harm < 0.05) {
    return conclude('reject', { kind: 'breaks', pValue: harm });
  }
  if (isLost(failing)) return conclude('inconclusive', { kind: 'lost-answers', block: 'failing' });
  if (failingCounted < MINIMUM_FAILING || pValue === null) {
    return conclude('inconclusive', { kind: 'too-few-failing', counted: failingCounted });
  }
  if (passingCounted.length < MINIMUM_PASSING || bound === null) {
    return conclude('inconclusive', { kind: 'too-few-passing', counted: passingCounted.length });
  }
  const threshold = thresholdAtLook(rule.look);
  if (failing.fixed <= failing.newlyFailing || pValue >= threshold) {
    if (failing.oldRepeats < MINIMUM_FAILING && failing.newlyFailing === 0) {
      return conclude('inconclusive', { kind: 'not-reproduced' });
    }
    return conclude('inconclusive', { kind: 'no-benefit', pValue, threshold });
  }
  if (bound > rule.margin) return conclude('inconclusive', { kind: 'not-safe', bound });
  return conclude('accept', { kind: 'accepted' });
}

function isLost(block: { readonly n: number; readonly diverged: number; readonly errors: number }): boolean {
  return block.n > 0 && (block.diverged + block.errors) / block.n > MAXIMUM_LOST_SHARE;
}
