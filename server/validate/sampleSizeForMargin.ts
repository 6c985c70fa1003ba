import { binomialProbability } from './binomial.ts';
import { binomialUpperBound } from './binomialBounds.ts';
import { isBoundWithin } from './pairedUpperBound.ts';

/**
 * How many passing samples the safety bound needs when the edit breaks nothing but a share
 * `discordance` of the pairs differs by chance, half in each direction: the fewest for which the bound
 * stays within `margin` with a chance of at least `chance`. Counted exactly over all outcomes, not by a
 * normal approximation, since the counts are small. Null when even `limit` samples do not do.
 */
export function sampleSizeForMargin(
  discordance: number,
  margin: number,
  limit: number,
  chance = 0.8,
): number | null {
  let low = 1;
  while (low <= limit && binomialUpperBound(0, low) > margin) low++;
  if (low > limit) return null;
  if (chanceWithin(low, discordance, margin) >= chance) return low;
  if (chanceWithin(limit, discordance, margin) < chance) return null;
  let high = limit;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (chanceWithin(middle, discordance, margin) >= chance) high = middle;
    else low = middle;
  }
  return high;
}

/** Chance that `n` pairs of an edit that changes nothing keep the bound within the margin. */
export function chanceWithin(n: number, discordance: number, margin: number): number {
  let sum = 0;
  for (let differing = 0; differing <= n; differing++) {
    const chanceOfCount = binomialProbability(differing, n, discordance);
    if (chanceOfCount < 1e-7) continue;
    const worse = mostWorse(n, differing, margin);
    for (let i = 0; i <= worse; i++) sum += chanceOfCount * binomialProbability(i, differing, 0.5);
  }
  return sum;
}

/** Most samples that may get worse among `differing` ones with the bound still within; -1 for none. */
function mostWorse(n: number, differing: number, margin: number): number {
  let low = -1;
  let high = differing + 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const counts = new Map([[0, n - differing]]);
    if (middle > 0) counts.set(1, middle);
    if (differing > middle) counts.set(-1, differing - middle);
    if (isBoundWithin(counts, margin)) low = middle;
    else high = middle;
  }
  return low;
}
