import { createHash } from 'node:crypto';

/**
 * Seeded chance of one answer. Two sources are kept apart on purpose: how prone a conversation is
 * to a mistake depends on the conversation alone and so is the same for every wording, while each
 * answer is drawn afresh from the whole request and the number of the draw, as a model's would be.
 */
export interface Chance {
  /** The same for all draws and wordings of a conversation: uniform in [0, 1). */
  readonly leaning: (name: string) => number;
  /** Drawn anew for each answer: true with the given probability. */
  readonly happens: (name: string, probability: number) => boolean;
}

export function chanceOf(conversation: string, requestHash: string, draw: number): Chance {
  return {
    leaning: (name) => uniform(`leaning|${name}|${conversation}`),
    happens: (name, probability) => uniform(`draw|${name}|${draw}|${requestHash}`) < probability,
  };
}

/** Share of conversations that lead to a mistake when the wording allows it. */
export type Share = number;

/**
 * Whether this answer makes the mistake `name`. A defective wording misleads the prone
 * conversations nearly always and the others nearly never, as models at low temperature do: they
 * agree with themselves on one conversation and differ between conversations. A repaired wording
 * cures nearly all of the prone ones; a few stay stubborn.
 */
export function errs(chance: Chance, name: string, isDefective: boolean, proneShare: Share): boolean {
  const leaning = chance.leaning(name);
  const isProne = leaning < proneShare;
  if (isDefective) return chance.happens(name, isProne ? 0.985 : 0.0001);
  if (leaning < proneShare * STUBBORN_SHARE) return chance.happens(name, 0.9);
  return chance.happens(name, isProne ? 0.0002 : 0.00005);
}

/** Of the prone conversations. */
const STUBBORN_SHARE = 0.05;

/** Uniform in [0, 1) from the first 48 bits of SHA-256. */
export function uniform(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;
}
