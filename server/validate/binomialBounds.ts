import { binomialAtMost } from './binomial.ts';

/**
 * One-sided exact upper bound of a proportion after `events` in `n` (Clopper and Pearson 1934): the
 * rate at which so few events would have chance `1 - level`. 0 of 59 gives .0495, 0 of 20 gives .139,
 * 1 of 60 gives .077 at the default 95 %.
 */
export function binomialUpperBound(events: number, n: number, level = 0.95): number {
  if (events >= n) return 1;
  const alpha = 1 - level;
  if (events === 0) return 1 - alpha ** (1 / n);
  const key = `${events}/${n}/${level}`;
  const known = bounds.get(key);
  if (known !== undefined) return known;
  const bound = searchBound(events, n, alpha);
  bounds.set(key, bound);
  return bound;
}

/** Sizing a run asks for the same few bounds thousands of times. */
const bounds = new Map<string, number>();

function searchBound(events: number, n: number, alpha: number): number {
  let low = events / n;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (binomialAtMost(events, n, middle) > alpha) low = middle;
    else high = middle;
  }
  return high;
}
