/** The shape of `verdict` in the command line's contract; field names are public. */
export interface Verdict {
  readonly result: 'accept' | 'reject' | 'inconclusive' | 'not-validated';
  readonly method: 'replayed' | 'estimated-surrogate' | 'proved-static';
  readonly failing: FailingBlock;
  readonly passing: PassingBlock;
  readonly pValue: number | null;
  /** 1-based count of edits that have been read against this held-out set. */
  readonly look: number;
  readonly margin: number;
  /** One-sided 95 % upper bound of extra breakage, 0 to 1; null without passing samples. */
  readonly breakRateUpperBound: number | null;
  readonly expectedDrop: { readonly low: number; readonly mid: number; readonly high: number } | null;
  readonly model: string | null;
  readonly recordedModel: string | null;
  readonly static: StaticProof;
  readonly cost: ReplayCost;
  /** Extra facts shown on the scorecard: `no recorded outcome`, `scripted model`, guard warnings. */
  readonly notes: readonly string[];
  readonly why: string;
  readonly samples: readonly SampleResult[];
}

/** Outcomes sum to `n`. */
export interface FailingBlock {
  readonly n: number;
  /** Samples in which that arm fails by majority. */
  readonly oldRepeats: number;
  readonly newRepeats: number;
  /** Mean share of failing answers per arm, 0 to 1; null when n = 0. */
  readonly oldRate: number | null;
  readonly newRate: number | null;
  readonly fixed: number;
  readonly stillFailing: number;
  readonly newlyFailing: number;
  readonly notReproduced: number;
  readonly diverged: number;
  readonly errors: number;
}

/** Outcomes sum to `n`. `kept` and `broken` speak of samples that the old arm passes. */
export interface PassingBlock {
  readonly n: number;
  readonly kept: number;
  readonly broken: number;
  readonly newlyPassing: number;
  readonly notReproduced: number;
  readonly diverged: number;
  readonly errors: number;
}

export interface StaticProof {
  readonly callsRevalidated: number;
  readonly goodCallsNowRejected: number;
  readonly badCallsNowRejected: number;
}

export interface ReplayCost {
  readonly requests: number;
  readonly fromCache: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly usd: number | null;
}

export type SampleEnd =
  | 'fixed'
  | 'still-failing'
  | 'newly-failing'
  | 'not-reproduced'
  | 'kept'
  | 'broken'
  | 'newly-passing'
  | 'diverged'
  | 'error';

/** One sample with every answer that was drawn for it. */
export interface SampleResult {
  readonly runId: string;
  /** Index of the assistant message that was decided again. */
  readonly message: number;
  readonly block: 'failing' | 'passing';
  readonly end: SampleEnd;
  readonly recorded: string;
  readonly oldAnswers: readonly GradedAnswer[];
  readonly newAnswers: readonly GradedAnswer[];
}

export interface GradedAnswer {
  /** `pass`, `fail`, or one that counts for neither arm. */
  readonly grade: 'pass' | 'fail' | 'diverged' | 'error';
  /** The first action in one line: `get_quote({"as_of":"2026-01-05"})` or the reply's beginning. */
  readonly action: string;
  readonly why: string;
}
