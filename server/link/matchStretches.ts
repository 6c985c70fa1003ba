import type { LinePair } from './alignLines.ts';
import type { Rendered } from './fit.ts';
import { type HoleValue, matchTemplate, type TemplateMatch } from './matchTemplate.ts';
import type { Wording } from './wording.ts';

export interface StretchMatches {
  /** The given pairs; where a hole value spans lines, moved to the line on which the source line begins. */
  readonly pairs: readonly LinePair[];
  /** True when every stretch holds the wording's own text with nothing but values added. */
  readonly isFull: boolean;
  readonly values: readonly HoleValue[];
  /** Where the wording's text begins and ends; null where the first or last stretch does not match. */
  readonly start: number | null;
  readonly end: number | null;
}

/** How many stretches are tried together when one alone does not match. */
const MAX_TOGETHER = 3;

/**
 * Checks the text between each two paired lines against the template and collects the hole values.
 *
 * @param bounds rendered offsets between which the wording may lie
 */
export function matchStretches(
  rendered: Rendered,
  wording: Wording,
  pairs: readonly LinePair[],
  bounds: { readonly start: number; readonly end: number },
): StretchMatches {
  const values: HoleValue[] = [];
  const moved = [...pairs];
  let isFull = true;
  let start: number | null = null;
  let end: number | null = null;
  for (let at = 0; at < pairs.length; ) {
    const found = matchFrom(rendered, wording, pairs, at, bounds);
    if (found === null) {
      isFull = false;
      values.push(...valuesOfLine(rendered, wording, pairs[at]));
      at += 1;
      continue;
    }
    values.push(...found.match.values);
    if (at === 0) start = found.from + found.match.start;
    if (at + found.count === pairs.length) end = found.from + found.match.end;
    for (let inner = at + 1; inner < at + found.count; inner++) {
      const line = beginsAt(rendered, wording, moved[at], pairs[inner]);
      const pair = pairs[inner];
      if (line !== null && pair !== undefined) moved[inner] = { rendered: line, source: pair.source };
    }
    at += found.count;
  }
  return { pairs: moved, isFull, values, start, end };
}

interface Stretch {
  readonly match: TemplateMatch;
  readonly from: number;
  /** Pairs that it spans. */
  readonly count: number;
}

/**
 * The stretch that begins at a pair. A hole value with a line break can tie a source line to the
 * wrong one of its two rendered lines; the stretches on both sides of it then match together only.
 */
function matchFrom(
  rendered: Rendered,
  wording: Wording,
  pairs: readonly LinePair[],
  at: number,
  bounds: { readonly start: number; readonly end: number },
): Stretch | null {
  const first = pairs[at];
  if (first === undefined) return null;
  const isFirst = at === 0;
  const sourceFrom = isFirst ? 0 : lineStart(wording, first.source);
  const lead = isFirst ? wording.text.slice(0, lineStart(wording, first.source)) : '';
  const from = lead.trim() === '' ? lineStart(rendered, first.rendered) : bounds.start;
  for (let count = 1; count <= MAX_TOGETHER && at + count <= pairs.length; count++) {
    const next = pairs[at + count];
    const template = wording.text.slice(
      sourceFrom,
      next === undefined ? undefined : lineStart(wording, next.source),
    );
    const to = next === undefined ? bounds.end : lineStart(rendered, next.rendered);
    const match = matchTemplate(template, rendered.text.slice(from, to), {
      start: !isFirst,
      end: next !== undefined,
    });
    if (match !== null) return { match, from, count };
  }
  return null;
}

function valuesOfLine(
  rendered: Rendered,
  wording: Wording,
  pair: LinePair | undefined,
): readonly HoleValue[] {
  if (pair === undefined) return [];
  const template = wording.text.slice(lineStart(wording, pair.source), lineStart(wording, pair.source + 1));
  const shown = rendered.text.slice(
    lineStart(rendered, pair.rendered),
    lineStart(rendered, pair.rendered + 1),
  );
  return matchTemplate(template, shown)?.values ?? [];
}

/** The rendered line on which a source line begins: behind all that stands before it in the stretch. */
function beginsAt(
  rendered: Rendered,
  wording: Wording,
  from: LinePair | undefined,
  pair: LinePair | undefined,
): number | null {
  if (from === undefined || pair === undefined) return null;
  const before = wording.text.slice(lineStart(wording, from.source), lineStart(wording, pair.source));
  const offset = lineStart(rendered, from.rendered);
  const match = matchTemplate(before, rendered.text.slice(offset, lineStart(rendered, pair.rendered + 1)), {
    start: true,
    end: false,
  });
  if (match === null) return null;
  const behind = rendered.text.slice(offset + match.end);
  const begin = offset + match.end + behind.length - behind.trimStart().length;
  let line = from.rendered;
  while (line < pair.rendered && lineStart(rendered, line + 1) <= begin) line += 1;
  return line > from.rendered ? line : null;
}

function lineStart(text: Rendered | Wording, line: number): number {
  return text.words.lineStart[line] ?? text.text.length;
}
