import type { Anchor } from '../model/anchor.ts';
import { markdownHeadings } from './markdownHeadings.ts';

/**
 * One anchor a top-level heading. A section reaches to the next heading of its own level or a
 * higher one, so that a chapter holds its subsections.
 *
 * @param base offset of `text` in the file; ranges are file offsets.
 */
export function markdownSections(text: string, base: number): readonly Anchor[] {
  const headings = markdownHeadings(text);
  const ends = sectionEnds(headings, text.length);
  const seen = new Map<string, number>();
  return headings.map((heading, at) => {
    const name = heading.title.replace(/\s+/g, ' ').trim().slice(0, 80);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return {
      id: count === 1 ? `section:${name}` : `section:${name}~${count}`,
      type: 'section',
      name,
      range: { start: base + heading.start, end: base + heading.titleEnd },
      fullRange: { start: base + heading.start, end: base + (ends[at] ?? text.length) },
    };
  });
}

/** Where each section ends, with a stack of those still open: one step a heading. */
function sectionEnds(
  headings: readonly { readonly depth: number; readonly start: number }[],
  textLength: number,
): readonly number[] {
  const ends = headings.map(() => textLength);
  const open: number[] = [];
  headings.forEach((heading, at) => {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      if ((headings[last]?.depth ?? 0) < heading.depth) break;
      ends[last] = heading.start;
      open.pop();
    }
    open.push(at);
  });
  return ends;
}
