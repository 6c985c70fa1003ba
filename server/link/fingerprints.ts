import { gramAt, type Words } from './words.ts';

/** Words in a fingerprint, and how many neighbouring ones each kept fingerprint stands for. */
export const GRAM_WORDS = 5;
export const WINDOW = 4;

/**
 * Winnowing (Schleimer, Wilkerson, Aiken: "Winnowing: local algorithms for document fingerprinting",
 * SIGMOD 2003): of every 4 neighbouring 5-word hashes the smallest is kept, so that any 8 words in a
 * row which two texts share give at least one common print. Short literal runs keep their smallest.
 *
 * @returns the distinct prints
 */
export function fingerprints(words: Words): readonly number[] {
  const prints = new Set<number>();
  let window: number[] = [];
  let isShort = true;
  const flush = () => {
    if (isShort && window.length > 0) prints.add(Math.min(...window));
    window = [];
    isShort = true;
  };
  for (let word = 0; word < words.count; word++) {
    if (word > 0 && words.run[word] !== words.run[word - 1]) flush();
    const gram = gramAt(words, word, GRAM_WORDS);
    if (gram === null) continue;
    window.push(gram);
    if (window.length > WINDOW) window.shift();
    if (window.length === WINDOW) {
      isShort = false;
      prints.add(Math.min(...window));
    }
  }
  flush();
  return [...prints];
}
