import type { Random } from '../ports/random.ts';
import { bootstrapInterval } from './bootstrapInterval.ts';

/** One sample's mean shares, 0 to 1, of answers that fail (failing block) or show the pattern (passing block). */
export interface PairedShares {
  readonly session: string;
  readonly block: 'failing' | 'passing';
  readonly old: number;
  readonly new: number;
}

/** Where the replayed samples stand in the recorded traffic. */
export interface TrafficShare {
  /** Share of the exposed runs that show the pattern, 0 to 1: the weight of the failing block. */
  readonly failing: number;
  /** Share of the pattern's runs that can be replayed, 0 to 1. */
  readonly covered: number;
}

export interface ExpectedDrop {
  readonly low: number;
  readonly mid: number;
  readonly high: number;
}

/**
 * By how much the pattern becomes rarer, as a share of its present rate: 1 - new/old, the rates being
 * mean shares over the failing and passing blocks weighted by traffic, times the share covered.
 * Interval: BCa, clustered by session. Null when the old wording shows no failure or the interval cannot
 * be formed: no interval, no number.
 */
export function expectedDrop(
  pairs: readonly PairedShares[],
  traffic: TrafficShare,
  random: Random,
): ExpectedDrop | null {
  const mid = drop([pairs.map((pair) => [pair])], traffic);
  if (mid === null) return null;
  if (pairs.filter((pair) => pair.block === 'failing').length < 2) return null;
  const statistic = (strata: Strata): number | null => drop(strata, traffic);
  const cautious = bootstrapInterval(clusters(pairs, [ADDED]), statistic, random);
  if (cautious === null) return null;
  const plain = bootstrapInterval(clusters(pairs, []), statistic, random);
  const high = Math.max(cautious.high, plain?.high ?? mid, mid);
  return { low: Math.min(cautious.low, plain?.low ?? mid, mid), mid, high };
}

/**
 * One pair in which both wordings fail is added before resampling for the cautious end. Without it an edit whose every answer
 * passes would get the interval "100 to 100 %"; with it the lower end comes out close to the exact
 * binomial one for no failure in n, and it fades as n grows.
 */
const ADDED: PairedShares = { session: '', block: 'failing', old: 1, new: 1 };

type Strata = readonly (readonly (readonly PairedShares[])[])[];

/** Sessions grouped by the blocks that they take part in, so that every resample keeps both blocks. */
function clusters(pairs: readonly PairedShares[], added: readonly PairedShares[]): Strata {
  const sessions = new Map<string, PairedShares[]>();
  pairs.forEach((pair) => {
    const members = sessions.get(pair.session);
    if (members) members.push(pair);
    else sessions.set(pair.session, [pair]);
  });
  const strata = new Map<string, PairedShares[][]>([['failing', added.map((pair) => [pair])]]);
  for (const members of sessions.values()) {
    const kind = [...new Set(members.map((pair) => pair.block))].sort().join('+');
    const stratum = strata.get(kind);
    if (stratum) stratum.push(members);
    else strata.set(kind, [members]);
  }
  return [...strata.values()];
}

function drop(strata: Strata, traffic: TrafficShare): number | null {
  const sums = { failing: { n: 0, old: 0, new: 0 }, passing: { n: 0, old: 0, new: 0 } };
  for (const stratum of strata) {
    for (const cluster of stratum) {
      for (const pair of cluster) {
        const sum = sums[pair.block];
        sum.n++;
        sum.old += pair.old;
        sum.new += pair.new;
      }
    }
  }
  const rate = (arm: 'old' | 'new'): number => {
    const failing = sums.failing.n === 0 ? 0 : sums.failing[arm] / sums.failing.n;
    const passing = sums.passing.n === 0 ? 0 : sums.passing[arm] / sums.passing.n;
    return traffic.failing * failing + (1 - traffic.failing) * passing;
  };
  const old = rate('old');
  return old === 0 ? null : (1 - rate('new') / old) * traffic.covered;
}
