import type { ModelRequest } from '../model/modelRequest.ts';
import { requestText } from './answerKey.ts';
import { buildRequest, type RequestContext, recordedText } from './buildRequest.ts';
import type { Candidate } from './candidates.ts';
import type { ReplayEdit } from './replayEdit.ts';
import { MINIMUM_PASSING, type ReplaySettings } from './replaySettings.ts';
import { chooseFailing, choosePassing, splitFailing } from './samples.ts';

/** One decision with the request that each arm sends. */
export interface Sample {
  readonly block: 'failing' | 'passing';
  readonly candidate: Candidate;
  readonly old: ModelRequest;
  readonly new: ModelRequest;
  readonly oldText: string;
  readonly newText: string;
  /** How many earlier samples ask the same request, per arm. */
  readonly oldCopy: number;
  readonly newCopy: number;
}

/** What a replay would do, known before the first request. */
export interface ReplayPlan {
  readonly failing: readonly Sample[];
  /** In the order of use; a prefix is used first, more when the model proves unsteady. */
  readonly passing: readonly Sample[];
  /** Passing samples of the first pass. */
  readonly firstPassing: number;
  /** Requests without any answer recorded: from the first plan, and at most. */
  readonly requests: { readonly planned: number; readonly atMost: number };
  /** Of the planned requests, by four characters a token. Answers are not foreseen. */
  readonly estimatedTokensIn: number;
  /** True when no replayed request differs between the arms. */
  readonly isIdentical: boolean;
  /** Reason -> failing or passing decisions that cannot be replayed. */
  readonly notReplayable: ReadonlyMap<string, number>;
  /** Failing runs that can be replayed, sampled or not. */
  readonly replayableFailing: number;
  /** Set when the budget leaves samples out. */
  readonly cutByBudget: string | null;
}

/** Halves of the failing samples for whoever writes an edit: `fixer` may be read, `heldOut` may not. */
export function failingHalves(
  candidates: readonly Candidate[],
  context: RequestContext,
  settings: ReplaySettings,
): ReturnType<typeof splitFailing> {
  const whyNot = (candidate: Candidate): string | null => whyNotReplayable(candidate, context);
  return splitFailing(chooseFailing(candidates, settings.maxFailing, whyNot), settings.seed);
}

/** Chooses samples and builds both requests of each. `isGenerated`: read the held-out half only. */
export function planReplay(
  edit: ReplayEdit,
  candidates: readonly Candidate[],
  context: RequestContext,
  settings: ReplaySettings,
  isGenerated: boolean,
): ReplayPlan {
  const notReplayable = new Map<string, number>();
  const reasons = new Map<Candidate, string | null>();
  const whyNot = (candidate: Candidate): string | null => {
    const known = reasons.get(candidate);
    if (known !== undefined) return known;
    const reason = whyNotReplayable(candidate, context);
    reasons.set(candidate, reason);
    if (reason !== null) notReplayable.set(reason, (notReplayable.get(reason) ?? 0) + 1);
    return reason;
  };
  const touched = candidates.filter((candidate) => edit.changesAnything(candidate.run));
  const everyFailing = touched.filter((candidate) => candidate.failure !== null);
  const replayableFailing = everyFailing.filter((candidate) => whyNot(candidate) === null).length;
  const chosen = chooseFailing(candidates, settings.maxFailing, whyNot);
  const read = isGenerated ? splitFailing(chosen, settings.seed).heldOut : chosen;
  const passed = choosePassing(touched, settings.maxPassing, settings.seed, whyNot);

  const copies = new Map<string, number>();
  const samples = (block: Sample['block'], list: readonly Candidate[]): Sample[] =>
    list
      .filter((candidate) => edit.changesAnything(candidate.run))
      .flatMap((candidate) => sampleOf(block, candidate, edit, context, copies, notReplayable));
  const failing = samples('failing', read);
  const passing = samples('passing', passed);
  const cut = fitToBudget(failing.length, Math.min(passing.length, FIRST_PASSING), settings);
  const used = [...failing.slice(0, cut.failing), ...passing.slice(0, cut.passing)];
  const perSample = 2 * settings.answers;
  // One answer cannot disagree with itself, so it never asks for five.
  const mostAnswers = settings.answers === 1 ? 1 : Math.max(5, settings.answers);
  const ceiling = (cut.failing + passing.length) * 2 * mostAnswers;
  return {
    failing: failing.slice(0, cut.failing),
    passing,
    firstPassing: cut.passing,
    requests: {
      planned: used.length * perSample,
      atMost: Math.min(settings.maxRequests, ceiling),
    },
    estimatedTokensIn: Math.round(
      (used.reduce((sum, sample) => sum + sample.oldText.length + sample.newText.length, 0) *
        settings.answers) /
        4,
    ),
    isIdentical: [...failing, ...passing].every((sample) => sample.oldText === sample.newText),
    notReplayable,
    replayableFailing,
    cutByBudget: cut.why,
  };
}

/** One more than the bound needs, so that a single lost answer does not spoil it. */
const FIRST_PASSING = MINIMUM_PASSING + 1;

function whyNotReplayable(candidate: Candidate, context: RequestContext): string | null {
  const built = buildRequest(candidate.run, candidate.decision, recordedText, context);
  return built.ok ? null : built.reason;
}

function sampleOf(
  block: Sample['block'],
  candidate: Candidate,
  edit: ReplayEdit,
  context: RequestContext,
  copies: Map<string, number>,
  notReplayable: Map<string, number>,
): Sample[] {
  const arms = edit.arms(candidate.run);
  const old = buildRequest(candidate.run, candidate.decision, arms.old, context);
  const edited = buildRequest(candidate.run, candidate.decision, arms.new, context);
  if (!old.ok || !edited.ok) {
    const reason = old.ok ? (edited.ok ? '' : edited.reason) : old.reason;
    notReplayable.set(reason, (notReplayable.get(reason) ?? 0) + 1);
    return [];
  }
  const oldText = requestText(old.request);
  const newText = requestText(edited.request);
  const oldCopy = countUp(copies, `old ${oldText}`);
  const newCopy = countUp(copies, `new ${newText}`);
  return [{ block, candidate, old: old.request, new: edited.request, oldText, newText, oldCopy, newCopy }];
}

function countUp(counts: Map<string, number>, key: string): number {
  const before = counts.get(key) ?? 0;
  counts.set(key, before + 1);
  return before;
}

/** Whole samples only: half a pair is worth nothing. Passing ones go first down to what the bound needs. */
function fitToBudget(
  failing: number,
  passing: number,
  settings: ReplaySettings,
): { readonly failing: number; readonly passing: number; readonly why: string | null } {
  const perSample = 2 * settings.answers;
  const room = Math.floor(settings.maxRequests / perSample);
  if (failing + passing <= room) return { failing, passing, why: null };
  const keptFailing = Math.min(
    failing,
    Math.max(room - Math.min(passing, MINIMUM_PASSING), Math.ceil(room / 3)),
  );
  const keptPassing = Math.min(passing, room - keptFailing);
  const needed = (failing + passing) * perSample;
  const why = `the budget of ${settings.maxRequests} requests leaves room for ${keptFailing} failing and ${keptPassing} passing samples; all of them need ${needed}`;
  return { failing: keptFailing, passing: keptPassing, why };
}
