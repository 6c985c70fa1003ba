import { normalQuantile } from './normal.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Two-sided score interval of a rate (Wilson 1927). `events` may be fractional: a mean share of failing
 * answers times the number of samples. Answers of one sample are not independent, so `n` counts samples,
 * which errs to the wide side. Without samples nothing is known: 0 to 1.
 */
export function wilsonInterval(events: number, n: number, level = 0.95): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const z = normalQuantile((1 + level) / 2);
  const rate = events / n;
  const centre = (rate + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
