import { oneLine } from './evidenceText.ts';

const LIMIT = 120;

/** In this order: what an earlier row replaced, a later one no longer sees. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>)\]]+/gi, '<url>'],
  [/[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}/g, '<email>'],
  [/"[^"\n]{0,300}"|`[^`\n]{0,300}`|(?<![\p{L}\p{N}])'[^'\n]{0,300}'(?![\p{L}\p{N}])/gu, '<text>'],
  [
    /\b\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g,
    '<date>',
  ],
  [/\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b/g, '<date>'],
  [/\b\d{1,2}:\d{2}(?::\d{2})?\b/g, '<time>'],
  [/(?:[A-Za-z]:\\|\\\\)[^\s"'<>|]+/g, '<path>'],
  [/(?<![\w<])\.{0,2}(?:\/[\w.@~+-]+){2,}\/?/g, '<path>'],
  // A word of letters and digits is an id: HAT030, gift_card_8190333, 3f9a-11ce.
  [/(?<![\w<])#?(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]+/g, '<id>'],
  [/[-+]?(?<![\w.])\d[\d,.]*\d|[-+]?(?<![\w.])\d/g, '<n>'],
];

/**
 * The part of an error text that stays the same from case to case: numbers, ids, quoted strings,
 * dates, paths and addresses become marks. At most 120 characters on one line.
 */
export function maskTemplate(text: string): string {
  let masked = oneLine(text, 600);
  for (const [pattern, mark] of MASKS) masked = masked.replace(pattern, mark);
  return oneLine(masked, LIMIT);
}
