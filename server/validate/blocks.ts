import type { FailingBlock, PassingBlock, SampleEnd } from '../model/verdict.ts';
import { type EvaluatedSample, majority } from './evaluateSample.ts';

/** Outcomes sum to `n`; the rates are means over the samples that count for both arms. */
export function failingBlock(samples: readonly EvaluatedSample[]): FailingBlock {
  const counted = samples.filter((sample) => sample.counts);
  return {
    n: samples.length,
    oldRepeats: repeats(samples, 'oldAnswers'),
    newRepeats: repeats(samples, 'newAnswers'),
    oldRate: meanOf(counted.map((sample) => sample.oldShare)),
    newRate: meanOf(counted.map((sample) => sample.newShare)),
    fixed: countEnds(samples, 'fixed'),
    stillFailing: countEnds(samples, 'still-failing'),
    newlyFailing: countEnds(samples, 'newly-failing'),
    notReproduced: countEnds(samples, 'not-reproduced'),
    diverged: countEnds(samples, 'diverged'),
    errors: countEnds(samples, 'error'),
  };
}

export function passingBlock(samples: readonly EvaluatedSample[]): PassingBlock {
  return {
    n: samples.length,
    kept: countEnds(samples, 'kept'),
    broken: countEnds(samples, 'broken'),
    newlyPassing: countEnds(samples, 'newly-passing'),
    notReproduced: countEnds(samples, 'not-reproduced'),
    diverged: countEnds(samples, 'diverged'),
    errors: countEnds(samples, 'error'),
  };
}

export const emptyFailingBlock: FailingBlock = failingBlock([]);
export const emptyPassingBlock: PassingBlock = passingBlock([]);

function countEnds(samples: readonly EvaluatedSample[], end: SampleEnd): number {
  return samples.filter((sample) => sample.result.end === end).length;
}

/** Samples that count and in which the arm fails by majority. */
function repeats(samples: readonly EvaluatedSample[], arm: 'oldAnswers' | 'newAnswers'): number {
  return samples.filter((sample) => sample.counts && majority(sample.result[arm]) === 'fail').length;
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
