import { binomialAtMost } from './binomial.ts';

/**
 * Exact two-sided McNemar test on paired yes/no outcomes: given `one + other` pairs that differ, each
 * direction is equally likely when the edit changes nothing, so the smaller count is Binomial(n, 1/2).
 * Twice the smaller tail, at most 1 (McNemar 1947; exact form after Edwards 1948). 6:0, 8:1, 10:2,
 * 12:3 and 15:5 are below .05, 5:0 is not.
 */
export function mcnemarExact(one: number, other: number): number {
  const pairs = one + other;
  if (pairs === 0) return 1;
  return Math.min(1, 2 * binomialAtMost(Math.min(one, other), pairs, 0.5));
}

/**
 * What look `look` (1-based) at one held-out set must stay under. Only the beneficial half of the
 * two-sided region can accept, so the looks together spend .025 + .0125 + ... < .05.
 */
export function thresholdAtLook(look: number): number {
  return 0.05 / 2 ** (Math.max(1, look) - 1);
}
