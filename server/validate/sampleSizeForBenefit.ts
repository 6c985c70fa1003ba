import { binomialProbability } from './binomial.ts';
import { mcnemarExact } from './mcnemar.ts';

/**
 * How many held-out failing samples an edit like this one would need: the fewest for which the exact
 * test is passed with a chance of at least `chance` when a share `fixed` of samples is fixed and
 * `newlyFailing` newly fails. Null when more than `limit` are needed or the edit does not help at all.
 */
export function sampleSizeForBenefit(
  fixed: number,
  newlyFailing: number,
  threshold: number,
  limit = 400,
  chance = 0.8,
): number | null {
  if (fixed <= newlyFailing) return null;
  const reaches = (n: number): boolean => chanceOfBenefit(n, fixed, newlyFailing, threshold) >= chance;
  let low = 5;
  let high = 6;
  while (!reaches(high)) {
    if (high === limit) return null;
    low = high;
    high = Math.min(limit, high * 2);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (reaches(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Power of the exact test on `n` independent pairs. */
export function chanceOfBenefit(n: number, fixed: number, newlyFailing: number, threshold: number): number {
  const differ = Math.min(1, fixed + newlyFailing);
  if (differ === 0) return 0;
  let sum = 0;
  for (let differing = 1; differing <= n; differing++) {
    const chanceOfCount = binomialProbability(differing, n, differ);
    if (chanceOfCount < 1e-9) continue;
    for (let better = differing; better * 2 > differing; better--) {
      if (mcnemarExact(better, differing - better) >= threshold) break;
      sum += chanceOfCount * binomialProbability(better, differing, fixed / differ);
    }
  }
  return sum;
}
