import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../server/ports/random.ts';
import { binomialProbability } from '../../../server/validate/binomial.ts';
import { decide } from '../../../server/validate/decide.ts';
import { type EvaluatedSample, evaluateSample } from '../../../server/validate/evaluateSample.ts';
import type { Grade } from '../../../server/validate/grade.ts';
import { mcnemarExact } from '../../../server/validate/mcnemar.ts';

type Letter = 'p' | 'f' | 'd' | 'e';
const names = { p: 'pass', f: 'fail', d: 'diverged', e: 'error' } as const;
const grades = (letters: string): Grade[] =>
  [...letters].map((letter) => ({
    grade: names[letter as Letter],
    action: '',
    why: '',
    showsPattern: letter === 'f',
  }));

/** `12 fff/ppp`: twelve samples, three failing answers of the old arm, three passing ones of the new. */
function samples(block: 'failing' | 'passing', ...rows: string[]): EvaluatedSample[] {
  return rows.flatMap((row, r) => {
    const [count, old, edited] = row.split(/[ /]/);
    return Array.from({ length: Number(count) }, (_, i) =>
      evaluateSample({
        runId: `${block}${r}.${i}`,
        session: `${block}${r}.${i}`,
        message: 1,
        block,
        recorded: '',
        old: grades(old ?? ''),
        new: grades(edited ?? ''),
      }),
    );
  });
}
const failing = (...rows: string[]): EvaluatedSample[] => samples('failing', ...rows);
const passing = (...rows: string[]): EvaluatedSample[] => samples('passing', ...rows);
const rule = { margin: 0.05, look: 1 };

describe('decide', () => {
  it('accepts six fixed to none and 59 kept', () => {
    const decision = decide(failing('6 fff/ppp'), passing('59 ppp/ppp'), rule);
    expect(decision.result).toBe('accept');
    expect(decision.pValue).toBeCloseTo(0.03125, 9);
    expect(decision.breakRateUpperBound).toBeCloseTo(0.0495, 4);
  });

  it('is inconclusive below either minimum, however good the numbers', () => {
    expect(decide(failing('5 fff/ppp'), passing('100 ppp/ppp'), rule).reason.kind).toBe('too-few-failing');
    expect(decide(failing('20 fff/ppp'), passing('58 ppp/ppp'), rule).reason.kind).toBe('too-few-passing');
    // A wide margin does not lower the minimum, and a lost sample does not count towards it.
    const wide = { margin: 0.2, look: 1 };
    expect(decide(failing('20 fff/ppp'), passing('58 ppp/ppp', '2 ppp/eee'), wide).reason.kind).toBe(
      'too-few-passing',
    );
  });

  it('asks more of every further look', () => {
    const at = (look: number): string =>
      decide(failing('6 fff/ppp'), passing('60 ppp/ppp'), { margin: 0.05, look }).result;
    expect([at(1), at(2)]).toEqual(['accept', 'inconclusive']);
    const strong = decide(failing('9 fff/ppp'), passing('60 ppp/ppp'), { margin: 0.05, look: 3 });
    expect(strong.result).toBe('accept');
  });

  it('does not accept what it cannot call safe: one lone flip in 60', () => {
    const decision = decide(failing('20 fff/ppp'), passing('59 ppp/ppp', '1 ppp/fff'), rule);
    expect(decision).toMatchObject({ result: 'inconclusive', reason: { kind: 'not-safe' } });
    expect(decision.breakRateUpperBound).toBeCloseTo(0.0766, 3);
  });

  it('sees breakage in the answers that no majority shows', () => {
    const decision = decide(failing('20 fff/ppp'), passing('40 ppp/ppp', '20 ppp/ppf'), rule);
    expect(decision.passing).toMatchObject({ kept: 60, broken: 0 });
    expect(decision.reason.kind).toBe('not-safe');
  });

  it('rejects significant breakage, with few samples and with lost failing answers too', () => {
    expect(decide(failing('20 fff/ppp'), passing('54 ppp/ppp', '6 ppp/fff'), rule).result).toBe('reject');
    expect(decide(failing('20 fff/ppp'), passing('55 ppp/ppp', '5 ppp/fff'), rule).result).toBe(
      'inconclusive',
    );
    expect(decide(failing('20 fff/ddd'), passing('20 ppp/ppp', '10 ppp/fff'), rule).result).toBe('reject');
  });

  it('does not reject when as many samples newly pass', () => {
    expect(decide(failing('20 fff/ppp'), passing('48 ppp/ppp', '6 ppp/fff', '6 fff/ppp'), rule).result).toBe(
      'inconclusive',
    );
    // Significant, but in the beneficial direction.
    expect(decide(failing('20 fff/fff'), passing('50 ppp/ppp', '10 fff/ppp'), rule).reason.kind).toBe(
      'no-benefit',
    );
  });

  it('is inconclusive when over a fifth of a block is lost', () => {
    expect(decide(failing('20 fff/ppp', '6 fff/ddd'), passing('60 ppp/ppp'), rule).reason).toEqual({
      kind: 'lost-answers',
      block: 'failing',
    });
    expect(decide(failing('20 fff/ppp', '5 fff/ddd'), passing('60 ppp/ppp'), rule).result).toBe('accept');
    expect(decide(failing('20 fff/ppp'), passing('60 ppp/ppp', '16 ppp/eee'), rule).reason).toEqual({
      kind: 'lost-answers',
      block: 'passing',
    });
  });

  it('never accepts harm to the failing samples, however significant', () => {
    expect(decide(failing('20 ppp/fff'), passing('60 ppp/ppp'), rule).result).toBe('inconclusive');
  });

  it('says so when the old wording no longer fails', () => {
    expect(decide(failing('24 ppp/ppp', '2 fff/ppp'), passing('60 ppp/ppp'), rule).reason.kind).toBe(
      'not-reproduced',
    );
  });

  it('keeps the counts of the contract: ends sum to n', () => {
    const answers = fc.string({ unit: fc.constantFrom('p', 'f', 'd', 'e'), minLength: 0, maxLength: 5 });
    const rows = fc.array(fc.tuple(answers, answers), { maxLength: 40 });
    fc.assert(
      fc.property(rows, rows, (bad, good) => {
        const of = (block: 'failing' | 'passing', list: [string, string][]) =>
          list.flatMap(([old, edited]) => samples(block, `1 ${old}/${edited}`));
        const { failing: f, passing: p, pValue } = decide(of('failing', bad), of('passing', good), rule);
        expect(f.fixed + f.stillFailing + f.newlyFailing + f.notReproduced + f.diverged + f.errors).toBe(f.n);
        expect(p.kept + p.broken + p.newlyPassing + p.notReproduced + p.diverged + p.errors).toBe(p.n);
        expect(f.oldRepeats).toBe(f.fixed + f.stillFailing);
        expect(f.newRepeats).toBe(f.newlyFailing + f.stillFailing);
        if (pValue !== null) expect(pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('rejects an edit that changes nothing in at most 1.5 % of cases, counted over all outcomes', () => {
    for (const rate of [0.11, 0.2, 0.35]) {
      const fails = rate ** 3 + 3 * rate * rate * (1 - rate);
      const differ = 2 * fails * (1 - fails);
      let rejected = 0;
      for (let differing = 1; differing <= 60; differing++) {
        for (let broken = differing; broken * 2 > differing; broken--) {
          if (mcnemarExact(broken, differing - broken) >= 0.05) break;
          rejected +=
            binomialProbability(differing, 60, differ) * binomialProbability(broken, differing, 0.5);
        }
      }
      expect(rejected).toBeGreaterThan(0.002);
      expect(rejected).toBeLessThan(0.015);
    }
  });

  it('leaves an edit that changes nothing inconclusive, however unsteady the model', () => {
    const random = seededRandom(3);
    const draw = (rate: number): string => (random() < rate ? 'f' : 'p');
    const three = (rate: number): string => draw(rate) + draw(rate) + draw(rate);
    const block = (name: 'failing' | 'passing', n: number, rate: number): EvaluatedSample[] =>
      Array.from({ length: n }, () => samples(name, `1 ${three(rate)}/${three(rate)}`)).flat();
    for (const flips of [0.2, 0.35]) {
      const count = { accept: 0, reject: 0, inconclusive: 0 };
      const trials = 120;
      for (let t = 0; t < trials; t++) {
        count[decide(block('failing', 24, 0.7), block('passing', 60, flips), rule).result]++;
      }
      expect(count.reject).toBeLessThanOrEqual(6);
      expect(count.accept).toBeLessThanOrEqual(3);
    }
  });
});
