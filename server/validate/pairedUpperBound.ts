import { binomialUpperBound } from './binomialBounds.ts';

const Z_ONE_SIDED_95 = 1.6448536269514722;

/**
 * One-sided 95 % upper bound of the mean of paired differences in [-1, 1]: the share of failing answers
 * of one sample with the new wording minus its share with the old one.
 *
 * The larger of two bounds:
 * - `exactPart`, which is the exact binomial bound when no sample differs (0 of 59: .0495) or one
 *   differs by 1 (1 of 60: .077), and leads while few samples differ;
 * - `scorePart`, which leads when many differ in both directions.
 * So a sample that fails a little more never lowers the bound below the case without differences.
 * No samples: 1, nothing is known.
 */
export function pairedUpperBound(differences: readonly number[]): number {
  if (differences.length === 0) return 1;
  const counts = countValues(differences);
  return Math.min(1, Math.max(exactPart(counts), scorePart(counts)));
}

/** The same bound compared with one margin, without searching for it. `counts`: difference -> samples. */
export function isBoundWithin(counts: ReadonlyMap<number, number>, margin: number): boolean {
  return scoreExcess(counts, margin) >= 0 && exactPart(counts) <= margin;
}

export function countValues(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/**
 * Stringer's bound on the increases (partial errors weigh the steps of the Clopper-Pearson bounds for 0,
 * 1, 2, ... errors; see Bickel 1992, International Statistical Review 60, "Inference and auditing: the
 * Stringer bound"), less the mean decrease.
 */
function exactPart(counts: ReadonlyMap<number, number>): number {
  const n = total(counts);
  let decrease = 0;
  const increases: number[] = [];
  for (const [value, count] of counts) {
    if (value < 0) decrease -= (value * count) / n;
    else if (value > 0) for (let i = 0; i < count; i++) increases.push(value);
  }
  increases.sort((a, b) => b - a);
  let before = binomialUpperBound(0, n);
  let bound = before;
  increases.forEach((value, i) => {
    const after = binomialUpperBound(i + 1, n);
    bound += (after - before) * value;
    before = after;
  });
  return bound - decrease;
}

/** Largest mean that the score test does not refuse. */
function scorePart(counts: ReadonlyMap<number, number>): number {
  let low = Math.max(-1, mean(counts));
  let high = 1;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (scoreExcess(counts, middle) < 0) low = middle;
    else high = middle;
  }
  return high;
}

/** Negative while a true mean of `hypothesis` is compatible with what was seen. */
function scoreExcess(counts: ReadonlyMap<number, number>, hypothesis: number): number {
  const n = total(counts);
  const seen = mean(counts);
  if (hypothesis <= seen) return -1;
  return (hypothesis - seen) * Math.sqrt(n) - Z_ONE_SIDED_95 * Math.sqrt(nullVariance(counts, hypothesis));
}

/**
 * Variance of one difference under the most likely distribution whose mean is `hypothesis`, over the
 * values seen and +1. With differences of -1, 0 and 1 only this is the score test of Tango (1998,
 * Statistics in Medicine 17) for paired proportions; the weights for other values are those of the
 * empirical likelihood (Owen 1988). Without +1 among the allowed values, samples that never differed
 * would claim a variance of 0.
 */
function nullVariance(counts: ReadonlyMap<number, number>, hypothesis: number): number {
  if (hypothesis >= 1) return 0;
  const n = total(counts);
  const least = -1 / (1 - hypothesis);
  const tilt = (lambda: number): number => {
    let sum = 0;
    for (const [value, count] of counts) {
      sum += ((count / n) * (value - hypothesis)) / (1 + lambda * (value - hypothesis));
    }
    return sum;
  };
  let lambda = least;
  if (counts.has(1) || tilt(least) > 0) {
    let low = least;
    let high = 0;
    for (let i = 0; i < 44; i++) {
      const middle = (low + high) / 2;
      if (tilt(middle) > 0) low = middle;
      else high = middle;
    }
    lambda = high;
  }
  let weightLeft = 1;
  let square = 0;
  for (const [value, count] of counts) {
    const weight = count / n / (1 + lambda * (value - hypothesis));
    weightLeft -= weight;
    square += weight * value * value;
  }
  return Math.max(0, square + Math.max(0, weightLeft) - hypothesis * hypothesis);
}

function total(counts: ReadonlyMap<number, number>): number {
  let n = 0;
  for (const count of counts.values()) n += count;
  return n;
}

function mean(counts: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [value, count] of counts) sum += value * count;
  return sum / total(counts);
}
