import { sha256 } from '../model/hash.ts';
import type { Candidate } from './candidates.ts';
import { nearDuplicateKey } from './nearDuplicate.ts';

export interface SplitFailing {
  /** What whoever writes an edit may read. */
  readonly fixer: readonly Candidate[];
  /** What the verdict is read on. */
  readonly heldOut: readonly Candidate[];
}

/** Null = can be replayed; else the reason shown to a person. */
export type WhyNotReplayable = (candidate: Candidate) => string | null;

/** Failing samples, one a session, newest wording first, at most `limit`. */
export function chooseFailing(
  candidates: readonly Candidate[],
  limit: number,
  whyNot: WhyNotReplayable,
): readonly Candidate[] {
  const failing = candidates
    .filter((candidate) => candidate.failure !== null)
    .sort((a, b) => Number(b.currentWording) - Number(a.currentWording) || newestFirst(a, b));
  const chosen = new Map<string, Candidate>();
  for (const candidate of failing) {
    if (chosen.size >= limit) break;
    if (chosen.has(candidate.run.session) || whyNot(candidate) !== null) continue;
    chosen.set(candidate.run.session, candidate);
  }
  return [...chosen.values()];
}

/**
 * Halves for a generated edit. Depends on the samples and the seed only, so that the fixer and the
 * verdict, asked at different times, get the same halves. Near-duplicates stay on one side; the held-out
 * side gets the odd one.
 */
export function splitFailing(failing: readonly Candidate[], seed: number): SplitFailing {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of failing) {
    const key = nearDuplicateKey(candidate.run, candidate.decision);
    const group = groups.get(key);
    if (group) group.push(candidate);
    else groups.set(key, [candidate]);
  }
  const order = [...groups]
    .map(([key, members]) => ({ members, rank: sha256(`${seed}\n${key}`) }))
    .sort((a, b) => b.members.length - a.members.length || compare(a.rank, b.rank));
  const fixer: Candidate[] = [];
  const heldOut: Candidate[] = [];
  for (const { members } of order) (heldOut.length <= fixer.length ? heldOut : fixer).push(...members);
  return { fixer, heldOut };
}

/**
 * Passing samples in the order in which they are used, one a session: three neighbours, then two spread
 * evenly over intents, and so on, so that every beginning of the list holds 60 % and 40 %. Where one kind
 * runs out the other goes on.
 */
export function choosePassing(
  candidates: readonly Candidate[],
  limit: number,
  seed: number,
  whyNot: WhyNotReplayable,
): readonly Candidate[] {
  const ranked = candidates
    .filter((candidate) => candidate.failure === null && candidate.passed === true)
    .map((candidate) => ({ candidate, rank: sha256(`${seed}\n${candidate.run.id}`) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ candidate }) => candidate);
  const neighbours = ranked.filter((candidate) => candidate.neighbour);
  const uniform = spreadOverIntents(ranked.filter((candidate) => !candidate.neighbour));
  const chosen = new Map<string, Candidate>();
  const takeFrom = (list: Candidate[]): boolean => {
    for (let next = list.shift(); next; next = list.shift()) {
      if (chosen.has(next.run.session) || whyNot(next) !== null) continue;
      chosen.set(next.run.session, next);
      return true;
    }
    return false;
  };
  for (let turn = 0; chosen.size < limit; turn++) {
    const [first, second] = turn % 5 < 3 ? [neighbours, uniform] : [uniform, neighbours];
    if (!takeFrom(first) && !takeFrom(second)) break;
  }
  return [...chosen.values()];
}

/** Takes one candidate of each intent in turn, keeping the order inside an intent. */
function spreadOverIntents(candidates: readonly Candidate[]): Candidate[] {
  const intents = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const list = intents.get(candidate.intent);
    if (list) list.push(candidate);
    else intents.set(candidate.intent, [candidate]);
  }
  const lists = [...intents.values()];
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const spread: Candidate[] = [];
  for (let i = 0; i < longest; i++) for (const list of lists) if (list[i]) spread.push(list[i] as Candidate);
  return spread;
}

function newestFirst(a: Candidate, b: Candidate): number {
  return (
    compare(b.startedAt ?? '', a.startedAt ?? '') || compare(a.run.id, b.run.id) || a.decision - b.decision
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
