/** What a person can choose about a replay; the command line's options of the same names. */
export interface ReplaySettings {
  /** Answers an arm and sample. */
  readonly answers: number;
  /** Largest tolerated upper bound of extra breakage, 0 to 1. */
  readonly margin: number;
  readonly maxFailing: number;
  readonly maxPassing: number;
  readonly maxRequests: number;
  readonly concurrency: number;
  readonly seed: number;
  /** Replaces the recorded model; null = the recorded one. */
  readonly model: string | null;
}

export const defaultReplaySettings: ReplaySettings = {
  answers: 3,
  margin: 0.05,
  maxFailing: 80,
  maxPassing: 120,
  maxRequests: 2000,
  concurrency: 8,
  seed: 1,
  model: null,
};

/** Fewer cap the verdict at `inconclusive`. */
export const MINIMUM_PASSING = 59;
export const MINIMUM_FAILING = 6;
/** Diverged and failed answers above this share of a block leave it `inconclusive`. */
export const MAXIMUM_LOST_SHARE = 0.2;
