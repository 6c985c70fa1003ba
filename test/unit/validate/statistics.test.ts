import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../server/ports/random.ts';
import { binomialUpperBound } from '../../../server/validate/binomialBounds.ts';
import { expectedDrop } from '../../../server/validate/expectedDrop.ts';
import { mcnemarExact, thresholdAtLook } from '../../../server/validate/mcnemar.ts';
import { isBoundWithin, pairedUpperBound } from '../../../server/validate/pairedUpperBound.ts';
import { chanceOfBenefit, sampleSizeForBenefit } from '../../../server/validate/sampleSizeForBenefit.ts';
import { chanceWithin, sampleSizeForMargin } from '../../../server/validate/sampleSizeForMargin.ts';
import { wilsonInterval } from '../../../server/validate/wilson.ts';

const padded = (n: number, ...values: number[]): number[] => [...values, ...Array(n - values.length).fill(0)];

describe('mcnemarExact', () => {
  it('calls the smallest splits significant that the method names, and not the ones beside them', () => {
    const splits = [
      [6, 0],
      [8, 1],
      [10, 2],
      [12, 3],
      [15, 5],
    ] as const;
    expect(splits.map(([a, b]) => mcnemarExact(a, b).toFixed(4))).toEqual([
      '0.0313',
      '0.0391',
      '0.0386',
      '0.0352',
      '0.0414',
    ]);
    const short = [
      [5, 0],
      [7, 1],
      [9, 2],
      [11, 3],
      [14, 5],
    ] as const;
    for (const [a, b] of short) expect(mcnemarExact(a, b)).toBeGreaterThan(0.05);
    expect(mcnemarExact(0, 0)).toBe(1);
  });

  it('is a symmetric probability', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (a, b) => {
        const p = mcnemarExact(a, b);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(p).toBe(mcnemarExact(b, a));
      }),
    );
  });

  it('spends at most .05 over all looks, one half of each', () => {
    let spent = 0;
    for (let look = 1; look <= 30; look++) spent += thresholdAtLook(look) / 2;
    expect(spent).toBeLessThanOrEqual(0.05);
    expect(thresholdAtLook(3)).toBe(0.0125);
  });
});

describe('binomialUpperBound', () => {
  it('agrees with tables', () => {
    expect(binomialUpperBound(0, 59)).toBeCloseTo(0.0495, 4);
    expect(binomialUpperBound(0, 20)).toBeCloseTo(0.1391, 4);
    expect(binomialUpperBound(1, 60)).toBeCloseTo(0.0766, 4);
    // Clopper and Pearson, two-sided 95 % of 5 in 10.
    expect(binomialUpperBound(5, 10, 0.975)).toBeCloseTo(0.8129, 4);
    expect(binomialUpperBound(7, 7)).toBe(1);
  });

  it('rises with events and falls with samples', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(200), (n, events) => {
        const some = Math.min(events, n);
        const bound = binomialUpperBound(some, n);
        expect(bound).toBeGreaterThanOrEqual(some / n);
        expect(bound).toBeLessThanOrEqual(binomialUpperBound(Math.min(n, some + 1), n));
        expect(binomialUpperBound(some, n + 1)).toBeLessThanOrEqual(bound + 1e-12);
      }),
    );
  });
});

describe('wilsonInterval', () => {
  it('agrees with published values', () => {
    const none = wilsonInterval(0, 10);
    expect(none.low).toBe(0);
    expect(none.high).toBeCloseTo(0.2775, 4);
    expect(wilsonInterval(5, 10).low).toBeCloseTo(0.2366, 4);
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it('holds the rate and stays inside 0 and 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, rate) => {
        const { low, high } = wilsonInterval(rate * n, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(rate + 1e-9);
        expect(high).toBeGreaterThanOrEqual(rate - 1e-9);
      }),
    );
  });
});

describe('pairedUpperBound', () => {
  it('gives the figures of the method', () => {
    expect(pairedUpperBound(padded(59))).toBeCloseTo(0.0495, 4);
    expect(pairedUpperBound(padded(20))).toBeCloseTo(0.1391, 4);
    expect(pairedUpperBound(padded(60, 1))).toBeCloseTo(0.0766, 4);
    expect(pairedUpperBound([])).toBe(1);
  });

  it('counts a partial flip between none and a whole one', () => {
    const partial = pairedUpperBound(padded(60, 1 / 3));
    expect(partial).toBeGreaterThan(pairedUpperBound(padded(60)));
    expect(partial).toBeLessThan(pairedUpperBound(padded(60, 1)));
  });

  it('never lies below the mean, and never falls when a sample gets worse', () => {
    const thirds = fc.integer({ min: -3, max: 3 }).map((k) => k / 3);
    fc.assert(
      fc.property(fc.array(thirds, { minLength: 5, maxLength: 90 }), fc.nat(), (differences, at) => {
        const bound = pairedUpperBound(differences);
        const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
        expect(bound).toBeGreaterThanOrEqual(mean - 1e-9);
        expect(bound).toBeLessThanOrEqual(1);
        const worse = [...differences];
        const index = at % worse.length;
        worse[index] = Math.min(1, (worse[index] ?? 0) + 1 / 3);
        expect(pairedUpperBound(worse)).toBeGreaterThanOrEqual(bound - 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it('agrees with the comparison against one margin', () => {
    const counts = new Map([
      [0, 57],
      [1, 1],
      [-1, 2],
    ]);
    const bound = pairedUpperBound([...padded(58, 1), -1, -1]);
    expect(isBoundWithin(counts, bound + 1e-6)).toBe(true);
    expect(isBoundWithin(counts, bound - 1e-6)).toBe(false);
  });

  it('calls a breakage at the margin safe in about one case of twenty at most', () => {
    // Exact: every outcome of 60 pairs, breakage 5 % net, with chance flips of several sizes.
    for (const flips of [0, 0.02, 0.1]) {
      const random = seededRandom(5);
      let safe = 0;
      const trials = 1500;
      for (let t = 0; t < trials; t++) {
        let worse = 0;
        let better = 0;
        for (let i = 0; i < 60; i++) {
          const u = random();
          if (u < 0.05 + flips) worse++;
          else if (u < 0.05 + 2 * flips) better++;
        }
        if (
          isBoundWithin(
            new Map([
              [0, 60 - worse - better],
              [1, worse],
              [-1, better],
            ]),
            0.05,
          )
        )
          safe++;
      }
      expect(safe / trials).toBeLessThan(0.065);
    }
  });
});

describe('sample sizes', () => {
  it('needs about as many passing samples as the method says', () => {
    expect(sampleSizeForMargin(0, 0.05, 500)).toBe(59);
    const sizes = [0.02, 0.05, 0.1].map((discordance) => sampleSizeForMargin(discordance, 0.05, 500) ?? 0);
    expect(sizes).toEqual([104, 159, 263]);
    expect(chanceWithin(sizes[1] ?? 0, 0.05, 0.05)).toBeGreaterThanOrEqual(0.8);
    expect(sampleSizeForMargin(0.1, 0.05, 120)).toBeNull();
  });

  it('reproduces the power of the benefit test: 70 % to 30 %, majority of three', () => {
    const majority = (p: number): number => p ** 3 + 3 * p * p * (1 - p);
    const fixed = majority(0.7) * (1 - majority(0.3));
    const newly = (1 - majority(0.7)) * majority(0.3);
    const power = (n: number): string => chanceOfBenefit(n, fixed, newly, 0.05).toFixed(2);
    expect([13, 20, 24].map(power)).toEqual(['0.71', '0.93', '0.97']);
    expect(sampleSizeForBenefit(fixed, newly, 0.05)).toBeLessThanOrEqual(20);
    expect(sampleSizeForBenefit(0.2, 0.2, 0.05)).toBeNull();
  });
});

describe('expectedDrop', () => {
  const pairs = (n: number, old: number, edited: number, block: 'failing' | 'passing' = 'failing') =>
    Array.from({ length: n }, (_, i) => ({ session: `${block}${i}`, block, old, new: edited }));
  const all = { failing: 1, covered: 1 };

  it('is 1 - new/old, with an interval around it', () => {
    const mixed = [
      ...pairs(12, 1, 1 / 3),
      ...pairs(12, 1 / 3, 0).map((p) => ({ ...p, session: `b${p.session}` })),
    ];
    const drop = expectedDrop(mixed, all, seededRandom(1));
    expect(drop?.mid).toBeCloseTo(0.75, 6);
    expect(drop?.low).toBeLessThan(0.75);
    expect(drop?.high).toBeGreaterThan(0.75);
  });

  it('does not claim certainty when no answer failed with the edit', () => {
    const drop = expectedDrop(pairs(24, 1, 0), all, seededRandom(1));
    expect(drop).toMatchObject({ mid: 1, high: 1 });
    expect(drop?.low).toBeLessThan(0.9);
  });

  it('weighs the passing block by its share of traffic and the pattern by what is covered', () => {
    const both = [...pairs(10, 1, 0), ...pairs(10, 0.1, 0.1, 'passing')];
    const drop = expectedDrop(both, { failing: 0.1, covered: 0.5 }, seededRandom(1));
    expect(drop?.mid).toBeCloseTo(0.5 * (1 - 0.09 / 0.19), 6);
  });

  it('is no number when the old wording never fails or there is one sample', () => {
    expect(expectedDrop(pairs(10, 0, 0), all, seededRandom(1))).toBeNull();
    expect(expectedDrop(pairs(1, 1, 0), all, seededRandom(1))).toBeNull();
  });

  it('gives the same interval for the same seed', () => {
    const data = pairs(9, 2 / 3, 1 / 3).map((pair, i) => ({ ...pair, new: (i % 3) / 3 }));
    expect(expectedDrop(data, all, seededRandom(4))).toEqual(expectedDrop(data, all, seededRandom(4)));
  });
});
