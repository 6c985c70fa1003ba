// Text that looks like prose to a tokeniser and is the same at every run.

export interface SeededText {
  /** Uniform in [0, 1). */
  readonly chance: () => number;
  readonly pick: <T>(values: readonly T[]) => T;
  /** So many words, in sentences. */
  readonly prose: (words: number) => string;
}

export function seededText(seed: number): SeededText {
  const chance = generator(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(chance() * values.length)] as T;
  // Squared, because a few words make most of any text.
  const word = () => VOCABULARY[Math.floor(chance() ** 2 * VOCABULARY.length)] as string;
  const prose = (words: number) => {
    let text = '';
    let left = 0;
    for (let at = 0; at < words; at++) {
      const isFirst = left === 0;
      if (isFirst) left = 6 + Math.floor(chance() * 12);
      left -= 1;
      const next = word();
      text += isFirst ? `${next[0]?.toUpperCase()}${next.slice(1)}` : next;
      if (at < words - 1) text += left === 0 ? '. ' : ' ';
    }
    return `${text}.`;
  };
  return { chance, pick, prose };
}

/** Mulberry32, Tommy Ettinger's 32-bit generator: small, and good enough for texts. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const VOCABULARY: readonly string[] = (() => {
  const chance = generator(1);
  const syllables = 'ta re mo lin ker sa du pol ven is ar no cu del mi tra fo que sen ba'.split(' ');
  const syllable = () => syllables[Math.floor(chance() * syllables.length)] as string;
  return Array.from({ length: 2000 }, () =>
    Array.from({ length: 1 + Math.floor(chance() * 3) }, syllable).join(''),
  );
})();
