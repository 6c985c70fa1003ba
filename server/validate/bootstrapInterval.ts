import type { Random } from '../ports/random.ts';
import { normalAtMost, normalQuantile } from './normal.ts';
import type { Interval } from './wilson.ts';

type Strata<T> = readonly (readonly T[])[];

/**
 * Bias-corrected and accelerated bootstrap interval (Efron 1987, JASA 82; several samples: Davison and
 * Hinkley 1997, Bootstrap Methods and their Application, section 5.3). Units are drawn with replacement
 * inside each stratum, so a unit must be what is independent: a session, not an answer.
 *
 * Null when the statistic is null for the data or for more than 1 in 50 resamples, or never varies: such
 * data bound nothing.
 */
export function bootstrapInterval<T>(
  strata: Strata<T>,
  statistic: (strata: Strata<T>) => number | null,
  random: Random,
  options: { readonly level?: number; readonly resamples?: number } = {},
): Interval | null {
  const { level = 0.95, resamples = 2000 } = options;
  const seen = statistic(strata);
  if (seen === null) return null;
  const values: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const value = statistic(strata.map((units) => units.map(() => pick(units, random))));
    if (value !== null) values.push(value);
  }
  if (values.length < resamples * 0.98) return null;
  values.sort((a, b) => a - b);
  if (values[0] === values.at(-1)) return null;

  const below = values.filter((value) => value < seen).length;
  const equal = values.filter((value) => value === seen).length;
  const bias = normalQuantile((below + equal / 2) / values.length);
  const acceleration = accelerationOf(strata, statistic, seen);
  const at = (tail: number): number => {
    const z = bias + normalQuantile(tail);
    const share = normalAtMost(bias + z / Math.max(0.05, 1 - acceleration * z));
    return values[Math.min(values.length - 1, Math.max(0, Math.floor(share * values.length)))] ?? seen;
  };
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

function pick<T>(units: readonly T[], random: Random): T {
  return units[Math.floor(random() * units.length)] as T;
}

/** From leaving out one unit at a time: how fast the statistic's spread changes with its value. */
function accelerationOf<T>(
  strata: Strata<T>,
  statistic: (strata: Strata<T>) => number | null,
  seen: number,
): number {
  let cubes = 0;
  let squares = 0;
  strata.forEach((units, s) => {
    const n = units.length;
    if (n < 2) return;
    units.forEach((_, i) => {
      const without = strata.map((other, t) => (t === s ? other.filter((_unit, j) => j !== i) : other));
      const influence = ((n - 1) * (seen - (statistic(without) ?? seen))) / n;
      cubes += influence ** 3;
      squares += influence ** 2;
    });
  });
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
