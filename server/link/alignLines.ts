import { longestIncreasing } from './longestIncreasing.ts';
import { gramAt, type Words } from './words.ts';

/** A line of the rendered text and the line of the source that it came from; 0-based. */
export interface LinePair {
  readonly rendered: number;
  readonly source: number;
}

const ANCHOR_WORDS = 3;
const MIN_SIMILARITY = 0.6;
/** Bounds the table that fills one gap. */
const MAX_CELLS = 250_000;

/**
 * Which rendered line came from which source line, in order on both sides, each line at most once.
 * Runs of three words that stand once in each text are anchors; the longest chain of them that
 * ascends in both texts decides; lines between are paired by their words, in order.
 *
 * @param isFree rendered words that no other source has claimed yet
 */
export function alignLines(
  rendered: Words,
  source: Words,
  isFree: (word: number) => boolean = () => true,
): readonly LinePair[] {
  const anchors = anchorPairs(rendered, source, isFree);
  const chain = longestIncreasing(anchors.map(({ source: word }) => word)).map((at) => anchors[at]);
  const votes = new Map<string, { readonly pair: LinePair; count: number }>();
  for (const anchor of chain) {
    if (anchor === undefined) continue;
    const pair = { rendered: rendered.line[anchor.rendered] ?? 0, source: source.line[anchor.source] ?? 0 };
    const key = `${pair.rendered}/${pair.source}`;
    const vote = votes.get(key);
    if (vote === undefined) votes.set(key, { pair, count: 1 });
    else vote.count += 1;
  }
  const solid = oneToOne([...votes.values()]);
  return withGapsFilled(rendered, source, withoutStrays(solid, rendered, source), isFree);
}

function anchorPairs(rendered: Words, source: Words, isFree: (word: number) => boolean): readonly LinePair[] {
  const inSource = uniqueGrams(source, () => true);
  const inRendered = uniqueGrams(rendered, isFree);
  const pairs: LinePair[] = [];
  for (const [gram, word] of inRendered) {
    const other = inSource.get(gram);
    if (word >= 0 && other !== undefined && other >= 0) pairs.push({ rendered: word, source: other });
  }
  return pairs.sort((a, b) => a.rendered - b.rendered);
}

/** Where each gram stands; -1 for one that stands more than once. */
function uniqueGrams(words: Words, isFree: (word: number) => boolean): ReadonlyMap<number, number> {
  const grams = new Map<number, number>();
  for (let word = 0; word + ANCHOR_WORDS <= words.count; word++) {
    if (!isFree(word)) continue;
    const gram = gramAt(words, word, ANCHOR_WORDS);
    if (gram !== null) grams.set(gram, grams.has(gram) ? -1 : word);
  }
  return grams;
}

/** The pairs with most votes, so that no line is used twice. */
function oneToOne(
  votes: readonly { readonly pair: LinePair; readonly count: number }[],
): readonly LinePair[] {
  const rendered = new Set<number>();
  const source = new Set<number>();
  const chosen: LinePair[] = [];
  for (const { pair } of [...votes].sort((a, b) => b.count - a.count)) {
    if (rendered.has(pair.rendered) || source.has(pair.source)) continue;
    rendered.add(pair.rendered);
    source.add(pair.source);
    chosen.push(pair);
  }
  chosen.sort((a, b) => a.rendered - b.rendered);
  return longestIncreasing(chosen.map((pair) => pair.source)).flatMap((at) => chosen[at] ?? []);
}

/** Drops a few pairs at the ends that chance put far away from all others. */
function withoutStrays(pairs: readonly LinePair[], rendered: Words, source: Words): readonly LinePair[] {
  let from = 0;
  let to = pairs.length;
  const isFar = (a: LinePair | undefined, b: LinePair | undefined): boolean => {
    if (a === undefined || b === undefined) return false;
    const renderedWords = (rendered.lineFirst[b.rendered] ?? 0) - (rendered.lineFirst[a.rendered + 1] ?? 0);
    const sourceWords = (source.lineFirst[b.source] ?? 0) - (source.lineFirst[a.source + 1] ?? 0);
    const hasHole =
      source.run[source.lineFirst[a.source] ?? 0] !== source.run[source.lineFirst[b.source] ?? 0];
    return !hasHole && renderedWords > 40 + 3 * sourceWords;
  };
  const few = Math.max(1, Math.floor(pairs.length / 8));
  for (let at = 1; at <= few && at < pairs.length; at++) if (isFar(pairs[at - 1], pairs[at])) from = at;
  for (let at = pairs.length - 1; at >= pairs.length - few && at > from; at--) {
    if (isFar(pairs[at - 1], pairs[at])) to = at;
  }
  return pairs.slice(from, to);
}

function withGapsFilled(
  rendered: Words,
  source: Words,
  pairs: readonly LinePair[],
  isFree: (word: number) => boolean,
): readonly LinePair[] {
  const result: LinePair[] = [];
  const first = pairs[0];
  if (first === undefined) return [];
  // Before the first and behind the last pair look no further than the source could reach.
  let before: LinePair = { rendered: Math.max(-1, first.rendered - 2 * first.source - 3), source: -1 };
  const last = pairs.at(-1) ?? first;
  const sourceRest = source.lineStart.length - last.source;
  const end = {
    rendered: Math.min(rendered.lineStart.length, last.rendered + 2 * sourceRest + 3),
    source: source.lineStart.length,
  };
  for (const pair of [...pairs, end]) {
    result.push(...gapPairs(rendered, source, before, pair, isFree));
    if (pair !== end) result.push(pair);
    before = pair;
  }
  return result;
}

/** Best pairs between two given ones, by a table over the lines of the gap. */
function gapPairs(
  rendered: Words,
  source: Words,
  before: LinePair,
  after: LinePair,
  isFree: (word: number) => boolean,
): readonly LinePair[] {
  const left = linesWithWords(rendered, before.rendered + 1, after.rendered, isFree);
  const right = linesWithWords(source, before.source + 1, after.source, () => true);
  if (left.length === 0 || right.length === 0 || left.length * right.length > MAX_CELLS) return [];
  const width = right.length + 1;
  const best = new Float64Array((left.length + 1) * width);
  const similarity = new Float64Array(left.length * right.length);
  for (let i = left.length - 1; i >= 0; i--) {
    const bag = bagOf(rendered, left[i] ?? 0);
    for (let j = right.length - 1; j >= 0; j--) {
      const score = lineSimilarity(bag, rendered, left[i] ?? 0, source, right[j] ?? 0);
      similarity[i * right.length + j] = score;
      const paired = score === 0 ? 0 : score + (best[(i + 1) * width + j + 1] ?? 0);
      best[i * width + j] = Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0, paired);
    }
  }
  const pairs: LinePair[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const score = similarity[i * right.length + j] ?? 0;
    const here = best[i * width + j] ?? 0;
    if (score > 0 && here === score + (best[(i + 1) * width + j + 1] ?? 0)) {
      pairs.push({ rendered: left[i] ?? 0, source: right[j] ?? 0 });
      i += 1;
      j += 1;
    } else if (here === (best[(i + 1) * width + j] ?? 0)) i += 1;
    else j += 1;
  }
  return pairs;
}

function linesWithWords(
  words: Words,
  from: number,
  to: number,
  isFree: (word: number) => boolean,
): readonly number[] {
  const lines: number[] = [];
  for (let line = Math.max(0, from); line < to && line < words.lineStart.length; line++) {
    const first = words.lineFirst[line] ?? 0;
    if (first < (words.lineFirst[line + 1] ?? 0) && isFree(first)) lines.push(line);
  }
  return lines;
}

function bagOf(words: Words, line: number): ReadonlyMap<number, number> {
  const bag = new Map<number, number>();
  for (let word = words.lineFirst[line] ?? 0; word < (words.lineFirst[line + 1] ?? 0); word++) {
    const hash = words.hash[word] ?? 0;
    bag.set(hash, (bag.get(hash) ?? 0) + 1);
  }
  return bag;
}

/** Share of words in common, 0 below the threshold. A source line with a hole may have grown. */
function lineSimilarity(
  bag: ReadonlyMap<number, number>,
  rendered: Words,
  renderedLine: number,
  source: Words,
  sourceLine: number,
): number {
  const from = source.lineFirst[sourceLine] ?? 0;
  const to = source.lineFirst[sourceLine + 1] ?? 0;
  const length = (rendered.lineFirst[renderedLine + 1] ?? 0) - (rendered.lineFirst[renderedLine] ?? 0);
  const used = new Map<number, number>();
  let common = 0;
  for (let word = from; word < to; word++) {
    const hash = source.hash[word] ?? 0;
    const seen = used.get(hash) ?? 0;
    if (seen < (bag.get(hash) ?? 0)) common += 1;
    used.set(hash, seen + 1);
  }
  const hasHole = source.run[from] !== source.run[Math.min(source.count - 1, to)];
  const share = common / (hasHole ? to - from : Math.max(to - from, length));
  return share >= MIN_SIMILARITY ? share : 0;
}
