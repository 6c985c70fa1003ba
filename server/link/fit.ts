import { alignLines, type LinePair } from './alignLines.ts';
import { matchStretches } from './matchStretches.ts';
import type { HoleValue } from './matchTemplate.ts';
import type { NormalText } from './normalText.ts';
import type { Wording } from './wording.ts';
import type { Words } from './words.ts';

/** How one wording lies in a rendered text. */
export interface Fit {
  readonly wording: Wording;
  readonly method: 'exact' | 'fingerprint';
  /** Rendered lines against lines of the wording. */
  readonly pairs: readonly LinePair[];
  /** True when nothing but hole values tells the two texts apart. */
  readonly isFull: boolean;
  /** 0 to 1: share of the wording's words found in order. */
  readonly confidence: number;
  /** 0 to 1: agreement in both directions; tells the nearest of several wordings. */
  readonly score: number;
  readonly values: readonly HoleValue[];
  readonly start: number;
  readonly end: number;
}

/** A message's text, prepared once. */
export interface Rendered {
  readonly text: string;
  readonly normal: NormalText;
  readonly words: Words;
}

/** The wording standing word for word inside the text, on word boundaries and in unclaimed words. */
export function exactFit(
  rendered: Rendered,
  wording: Wording,
  isFree: (word: number) => boolean,
): Fit | null {
  const { text } = rendered.normal;
  const wanted = wording.normal;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    const isCut =
      isWordUnit(text, at - 1, at) || isWordUnit(text, at + wanted.length - 1, at + wanted.length);
    const start = rendered.normal.original(at);
    const end = rendered.normal.original(at + wanted.length - 1) + 1;
    if (isCut || !isFree(firstWordAt(rendered.words, start))) continue;
    return {
      wording,
      method: 'exact',
      pairs: straightPairs(rendered, wording, at),
      isFull: true,
      confidence: 1,
      score: 1,
      values: [],
      start,
      end,
    };
  }
  return null;
}

/** The wording laid over the text line by line; null when no line is found. */
export function alignedFit(
  rendered: Rendered,
  wording: Wording,
  isFree: (word: number) => boolean,
  bounds: { readonly start: number; readonly end: number },
): Fit | null {
  const aligned = alignLines(rendered.words, wording.words, isFree);
  if (aligned.length === 0) return null;
  const stretches = matchStretches(rendered, wording, aligned, bounds);
  const { pairs } = stretches;
  const first = pairs[0];
  const last = pairs.at(-1);
  if (first === undefined || last === undefined) return null;
  const common = aligned.reduce((sum, pair) => sum + commonWords(rendered.words, wording.words, pair), 0);
  const region = wordsBetween(rendered.words, first.rendered, last.rendered + 1);
  const valueWords = stretches.values.reduce((sum, { value }) => sum + value.split(/\s+/).length, 0);
  const lineStart = rendered.words.lineStart;
  const lastEnd = lineStart[last.rendered + 1] ?? rendered.text.length;
  const start = stretches.start ?? lineStart[first.rendered] ?? 0;
  const end =
    stretches.end ??
    (lineStart[last.rendered] ?? 0) + rendered.text.slice(lineStart[last.rendered], lastEnd).trimEnd().length;
  return {
    wording,
    method: 'fingerprint',
    pairs,
    isFull: stretches.isFull,
    confidence: stretches.isFull ? 1 : Math.min(1, common / Math.max(1, wording.words.count)),
    score: (2 * common) / Math.max(1, wording.words.count + Math.max(common, region - valueWords)),
    values: stretches.values,
    start,
    end,
  };
}

function straightPairs(rendered: Rendered, wording: Wording, at: number): readonly LinePair[] {
  const sourceLead = wording.text.slice(0, wording.text.length - wording.text.trimStart().length);
  const renderedFirst = lineOf(rendered.words, rendered.normal.original(at));
  const sourceFirst = lineOf(wording.words, sourceLead.length);
  return wording.normal
    .split('\n')
    .flatMap((line, offset) =>
      line === '' ? [] : [{ rendered: renderedFirst + offset, source: sourceFirst + offset }],
    );
}

export function lineOf(words: Words, offset: number): number {
  let low = 0;
  let high = words.lineStart.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((words.lineStart[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Index of the first word that begins at or behind an offset. */
export function firstWordAt(words: Words, offset: number): number {
  let low = 0;
  let high = words.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words.start[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function wordsBetween(words: Words, fromLine: number, toLine: number): number {
  return (words.lineFirst[toLine] ?? words.count) - (words.lineFirst[fromLine] ?? 0);
}

function commonWords(rendered: Words, source: Words, pair: LinePair): number {
  const bag = new Map<number, number>();
  for (
    let word = rendered.lineFirst[pair.rendered] ?? 0;
    word < (rendered.lineFirst[pair.rendered + 1] ?? 0);
    word++
  ) {
    const hash = rendered.hash[word] ?? 0;
    bag.set(hash, (bag.get(hash) ?? 0) + 1);
  }
  let common = 0;
  for (
    let word = source.lineFirst[pair.source] ?? 0;
    word < (source.lineFirst[pair.source + 1] ?? 0);
    word++
  ) {
    const hash = source.hash[word] ?? 0;
    const left = bag.get(hash) ?? 0;
    if (left === 0) continue;
    common += 1;
    bag.set(hash, left - 1);
  }
  return common;
}

/** True when both units belong to one word, so that a cut between them halves it. */
function isWordUnit(text: string, before: number, after: number): boolean {
  const isWord = (at: number) => /[\p{L}\p{N}_]/u.test(text.charAt(at));
  return isWord(before) && isWord(after);
}
