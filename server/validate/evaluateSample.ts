import type { GradedAnswer, SampleEnd, SampleResult } from '../model/verdict.ts';
import type { Grade } from './grade.ts';

/** One sample after both arms have been graded. */
export interface EvaluatedSample {
  readonly result: SampleResult;
  readonly session: string;
  /** False for diverged and error samples, which count for neither arm. */
  readonly counts: boolean;
  /** Share of failing answers among those graded pass or fail, 0 to 1. */
  readonly oldShare: number;
  readonly newShare: number;
  /** Share of answers that show the pattern, same denominator. */
  readonly oldPatternShare: number;
  readonly newPatternShare: number;
}

export interface SampleAnswers {
  readonly runId: string;
  readonly session: string;
  readonly message: number;
  readonly block: 'failing' | 'passing';
  readonly recorded: string;
  readonly old: readonly Grade[];
  readonly new: readonly Grade[];
}

export function evaluateSample(sample: SampleAnswers): EvaluatedSample {
  const end = endOf(sample.block, majority(sample.old), majority(sample.new));
  const { runId, message, block, recorded } = sample;
  return {
    result: {
      runId,
      message,
      block,
      end,
      recorded,
      oldAnswers: sample.old.map(publicPart),
      newAnswers: sample.new.map(publicPart),
    },
    session: sample.session,
    counts: end !== 'diverged' && end !== 'error',
    oldShare: shareOf(sample.old, (grade) => grade.grade === 'fail'),
    newShare: shareOf(sample.new, (grade) => grade.grade === 'fail'),
    oldPatternShare: shareOf(sample.old, (grade) => grade.showsPattern),
    newPatternShare: shareOf(sample.new, (grade) => grade.showsPattern),
  };
}

type ArmOutcome = 'pass' | 'fail' | 'diverged' | 'error';

/**
 * More than half of an arm's answers, diverged and error ones included in the count, must agree on pass
 * or fail; half is enough to fail. Without such a majority the arm ends as what took it away, errors first.
 */
export function majority(grades: readonly GradedAnswer[]): ArmOutcome {
  const count = (grade: ArmOutcome): number => grades.filter((one) => one.grade === grade).length;
  if (grades.length === 0) return 'error';
  if (count('fail') * 2 >= grades.length) return 'fail';
  if (count('pass') * 2 > grades.length) return 'pass';
  return count('error') >= count('diverged') && count('error') > 0 ? 'error' : 'diverged';
}

function endOf(block: 'failing' | 'passing', old: ArmOutcome, edited: ArmOutcome): SampleEnd {
  if (old === 'error' || edited === 'error') return 'error';
  if (old === 'diverged' || edited === 'diverged') return 'diverged';
  if (block === 'failing') {
    if (old === 'fail') return edited === 'fail' ? 'still-failing' : 'fixed';
    return edited === 'fail' ? 'newly-failing' : 'not-reproduced';
  }
  if (old === 'pass') return edited === 'pass' ? 'kept' : 'broken';
  return edited === 'pass' ? 'newly-passing' : 'not-reproduced';
}

function shareOf(grades: readonly Grade[], holds: (grade: Grade) => boolean): number {
  const graded = grades.filter((grade) => grade.grade === 'pass' || grade.grade === 'fail');
  return graded.length === 0 ? 0 : graded.filter(holds).length / graded.length;
}

function publicPart({ grade, action, why }: Grade): { grade: ArmOutcome; action: string; why: string } {
  return { grade, action, why };
}
