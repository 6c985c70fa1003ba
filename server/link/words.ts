import { lineStarts } from '../model/lineIndex.ts';
import type { LiteralRun } from '../source/holes.ts';

/** The words of a text with their places, in parallel arrays. */
export interface Words {
  readonly count: number;
  /** UTF-16 offsets. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** 32-bit FNV-1a of the lower-cased word. */
  readonly hash: Uint32Array;
  /** Which literal run the word stands in: no fingerprint crosses a template hole. */
  readonly run: Int32Array;
  /** 0-based line. */
  readonly line: Int32Array;
  /** For each line the index of its first word; one more entry for the end. */
  readonly lineFirst: Int32Array;
  readonly lineStart: readonly number[];
}

// Scripts that are written without spaces count each character as a word.
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[[\p{L}\p{M}\p{N}_]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]]+/gv;
const PLAIN_WORD = /[A-Za-z0-9_]+/g;

/** @param runs parts of the text that count, in order; all of it when left out */
export function wordsOf(text: string, runs?: readonly LiteralRun[]): Words {
  const isPlain = !/[^\p{ASCII}]/u.test(text);
  const pattern = isPlain ? PLAIN_WORD : WORD;
  const start: number[] = [];
  const end: number[] = [];
  const hash: number[] = [];
  const run: number[] = [];
  (runs ?? [{ start: 0, end: text.length }]).forEach((part, at) => {
    for (const match of text.slice(part.start, part.end).matchAll(pattern)) {
      start.push(part.start + match.index);
      end.push(part.start + match.index + match[0].length);
      hash.push(hashOf(match[0].toLowerCase()));
      run.push(at);
    }
  });
  const lineStart = lineStarts(text);
  const line = new Int32Array(start.length);
  const lineFirst = new Int32Array(lineStart.length + 1).fill(start.length);
  let current = -1;
  for (let word = 0; word < start.length; word++) {
    while (current + 1 < lineStart.length && (lineStart[current + 1] ?? 0) <= (start[word] ?? 0)) {
      current += 1;
      lineFirst[current] = word;
    }
    line[word] = current;
  }
  return {
    count: start.length,
    start: Int32Array.from(start),
    end: Int32Array.from(end),
    hash: Uint32Array.from(hash),
    run: Int32Array.from(run),
    line,
    lineFirst,
    lineStart,
  };
}

/** Hash of the `size` words that begin at a word; null when they cross a hole or the text's end. */
export function gramAt(words: Words, word: number, size: number): number | null {
  const last = word + size - 1;
  if (last >= words.count || words.run[word] !== words.run[last]) return null;
  let hash = 0x811c9dc5;
  for (let at = word; at <= last; at++) {
    hash = Math.imul(hash ^ (words.hash[at] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
