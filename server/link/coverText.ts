import { type Candidate, candidatesFor, weigh } from './candidates.ts';
import { alignedFit, exactFit, type Fit, firstWordAt, type Rendered } from './fit.ts';
import type { LinkIndex } from './linkIndex.ts';

/** A source must add this share of its own fingerprints, and this many, to what others explain. */
const MIN_GAIN_SHARE = 0.2;
const MIN_GAIN_PRINTS = 4;
const MIN_CONTAINMENT = 0.25;
/** Smaller sources must stand word for word, with at least this many words. */
const MIN_WORDS_VERBATIM = 5;
const MAX_SOURCES = 40;
/** Wordings of one file that are laid over the text line by line. */
const MAX_WORDINGS = 12;

/**
 * Which files a text was put together from: a greedy set cover. The file that explains most of what
 * is not explained yet is taken, in the wording that fits best, until what is left adds too little.
 */
export function coverText(rendered: Rendered, index: LinkIndex, startedAt: string | null): readonly Fit[] {
  const byFile = new Map<string, Candidate[]>();
  for (const candidate of candidatesFor(rendered.words, index)) {
    if (newGain(candidate, index, () => true) === 0) continue;
    const { file } = candidate.wording.source;
    const known = byFile.get(file);
    if (known === undefined) byFile.set(file, [candidate]);
    else known.push(candidate);
  }
  const claimed = new Uint8Array(rendered.words.count + 1);
  const isFree = (word: number) => claimed[word] === 0;
  const fits: Fit[] = [];
  while (fits.length < MAX_SOURCES) {
    const next = bestFile(byFile, index, isFree);
    if (next === null) break;
    const fit = bestFit(rendered, next.candidates, isFree, fits, startedAt);
    byFile.delete(next.file);
    if (fit === null) continue;
    fits.push(fit);
    claim(claimed, rendered, fit);
  }
  return fits.map((fit) => (fit.method === 'exact' ? fit : withNeighbours(rendered, fit, fits)));
}

function bestFile(
  byFile: ReadonlyMap<string, readonly Candidate[]>,
  index: LinkIndex,
  isFree: (word: number) => boolean,
): { readonly file: string; readonly candidates: readonly Candidate[] } | null {
  let best: { file: string; candidates: readonly Candidate[]; gain: number; needsProof: boolean } | null =
    null;
  for (const [file, candidates] of byFile) {
    let gain = 0;
    for (const candidate of candidates) gain = Math.max(gain, newGain(candidate, index, isFree));
    const needsProof = candidates[0]?.wording.prompt.needsProof ?? true;
    if (gain === 0) continue;
    const isBetter =
      best === null ||
      gain > best.gain ||
      (gain === best.gain &&
        (best.needsProof && !needsProof ? true : best.needsProof === needsProof && file < best.file));
    if (isBetter) best = { file, candidates, gain, needsProof };
  }
  return best;
}

/** Weight of the prints that stand in unclaimed words; 0 when they are too few to count. */
function newGain(candidate: Candidate, index: LinkIndex, isFree: (word: number) => boolean): number {
  const fresh: number[] = [];
  for (const [print, places] of candidate.hits) if (places.some(isFree)) fresh.push(print);
  const all = candidate.wording.prints.length;
  if (all < MIN_GAIN_PRINTS) {
    const isWhole = fresh.length === all && candidate.wording.words.count >= MIN_WORDS_VERBATIM;
    return isWhole ? weigh(index, fresh) : 0;
  }
  if (candidate.containment < MIN_CONTAINMENT) return 0;
  return fresh.length < MIN_GAIN_PRINTS || fresh.length < MIN_GAIN_SHARE * all ? 0 : weigh(index, fresh);
}

function bestFit(
  rendered: Rendered,
  candidates: readonly Candidate[],
  isFree: (word: number) => boolean,
  others: readonly Fit[],
  startedAt: string | null,
): Fit | null {
  const promising = [...candidates].sort((a, b) => b.containment - a.containment).slice(0, MAX_WORDINGS);
  const today = candidates.find(({ wording }) => wording.isToday);
  if (today !== undefined && !promising.includes(today)) promising.push(today);
  const exact = promising
    .map(({ wording }) => exactFit(rendered, wording, isFree))
    .filter((fit) => fit !== null)
    .sort((a, b) => b.wording.normal.length - a.wording.normal.length)[0];
  if (exact !== undefined) return exact;
  const isSmall = (candidate: Candidate) => candidate.wording.prints.length < MIN_GAIN_PRINTS;
  const fits = promising
    .filter((candidate) => !isSmall(candidate))
    .map(({ wording }) => alignedFit(rendered, wording, isFree, freeBounds(rendered, others, null)))
    .filter((fit) => fit !== null && fit.confidence >= MIN_CONTAINMENT / 2);
  return fits.sort((a, b) => comparedFits(a as Fit, b as Fit, startedAt))[0] ?? null;
}

/** Nearest wording first; among equals today's, then the newest one from before the run. */
function comparedFits(a: Fit, b: Fit, startedAt: string | null): number {
  if (a.isFull !== b.isFull) return a.isFull ? -1 : 1;
  if (Math.abs(a.score - b.score) > 1e-9) return b.score - a.score;
  if (a.wording.isToday !== b.wording.isToday) return a.wording.isToday ? -1 : 1;
  return ageOf(b, startedAt) - ageOf(a, startedAt);
}

function ageOf(fit: Fit, startedAt: string | null): number {
  const times = fit.wording.revisions.map(({ committedAt }) => Date.parse(committedAt));
  const limit = startedAt === null ? Number.POSITIVE_INFINITY : Date.parse(startedAt);
  return times.find((time) => time <= limit) ?? 0;
}

/** Words that stand between other sources' text around a place; all of it for null. */
function freeBounds(rendered: Rendered, others: readonly Fit[], around: Fit | null) {
  let start = 0;
  let end = rendered.text.length;
  if (around === null) return { start, end };
  for (const other of others) {
    if (other === around) continue;
    if (other.end <= around.start) start = Math.max(start, other.end);
    if (other.start >= around.end) end = Math.min(end, other.start);
  }
  return { start, end };
}

/** Once all sources are known, holes at either end reach to the neighbour and no further. */
function withNeighbours(rendered: Rendered, fit: Fit, fits: readonly Fit[]): Fit {
  if (fits.length === 1) return fit;
  const inner = { ...fit, ...pairBounds(rendered, fit) };
  const neighbours = fits.map((other) =>
    other === fit ? other : { ...other, ...pairBounds(rendered, other) },
  );
  const bounds = freeBounds(
    rendered,
    neighbours.filter((other) => other !== fit),
    inner,
  );
  const claimedElsewhere = new Uint8Array(rendered.words.count + 1);
  for (const other of fits) if (other !== fit) claim(claimedElsewhere, rendered, other);
  return alignedFit(rendered, fit.wording, (word) => claimedElsewhere[word] === 0, bounds) ?? fit;
}

function pairBounds(rendered: Rendered, fit: Fit): { readonly start: number; readonly end: number } {
  if (fit.method === 'exact') return { start: fit.start, end: fit.end };
  const { lineStart } = rendered.words;
  const first = fit.pairs[0]?.rendered ?? 0;
  const last = fit.pairs.at(-1)?.rendered ?? 0;
  return { start: lineStart[first] ?? 0, end: lineStart[last + 1] ?? rendered.text.length };
}

/** An exact text owns all its words, an aligned one its own lines: hole values stay free for others. */
function claim(claimed: Uint8Array, rendered: Rendered, fit: Fit): void {
  const { words } = rendered;
  if (fit.method === 'exact') {
    claimed.fill(1, firstWordAt(words, fit.start), firstWordAt(words, fit.end));
    return;
  }
  for (const pair of fit.pairs) {
    claimed.fill(1, words.lineFirst[pair.rendered] ?? 0, words.lineFirst[pair.rendered + 1] ?? words.count);
  }
}
