import { GRAM_WORDS } from './fingerprints.ts';
import type { LinkIndex } from './linkIndex.ts';
import type { Wording } from './wording.ts';
import { gramAt, type Words } from './words.ts';

/** A wording that shares fingerprints with a rendered text. */
export interface Candidate {
  readonly wording: Wording;
  /** Shared prints, each with the rendered words at which it begins. */
  readonly hits: ReadonlyMap<number, readonly number[]>;
  /** Weighted share of the wording's prints that the rendered text holds, 0 to 1. */
  readonly containment: number;
}

/** Every wording that shares at least one telling fingerprint with the text. */
export function candidatesFor(rendered: Words, index: LinkIndex): readonly Candidate[] {
  const hits = new Map<number, Map<number, number[]>>();
  for (let word = 0; word + GRAM_WORDS <= rendered.count; word++) {
    const gram = gramAt(rendered, word, GRAM_WORDS);
    if (gram === null || index.weight(gram) === 0) continue;
    for (const id of index.postings.get(gram) ?? []) {
      const prints = hits.get(id) ?? new Map<number, number[]>();
      hits.set(id, prints);
      const places = prints.get(gram);
      if (places === undefined) prints.set(gram, [word]);
      else places.push(word);
    }
  }
  const candidates: Candidate[] = [];
  for (const [id, prints] of hits) {
    const wording = index.wordings[id];
    if (wording === undefined) continue;
    const found = weigh(index, prints.keys());
    const all = weigh(index, wording.prints);
    candidates.push({ wording, hits: prints, containment: all === 0 ? 0 : found / all });
  }
  return candidates;
}

export function weigh(index: LinkIndex, prints: Iterable<number>): number {
  let sum = 0;
  for (const print of prints) sum += index.weight(print);
  return sum;
}
