import { findHoles, type Hole, literalRuns } from '../source/holes.ts';

/** A value found where a template has a hole. */
export interface HoleValue {
  readonly hole: string;
  readonly value: string;
}

export interface TemplateMatch {
  readonly values: readonly HoleValue[];
  /** Offsets in the rendered text between which the template's text was found. */
  readonly start: number;
  readonly end: number;
}

/** Bounds the work on texts made to be slow: `a a a a …` against `a a a … b`. */
const MAX_STEPS = 2_000_000;

/**
 * Matches rendered text against a template and reads off what stands at its holes. White space
 * counts as equal whatever its amount. Text inside blocks (`{% if … %}`) may be missing or repeated,
 * so that block tags, and holes beside them, have no value of their own.
 *
 * Literals are searched one after the other, leftmost first, which needs no backtracking.
 *
 * @param isWhole false when other text may stand before and behind
 * @returns null when the rendered text is not this template filled
 */
export function matchTemplate(
  template: string,
  rendered: string,
  isWhole: { readonly start: boolean; readonly end: boolean } = { start: true, end: true },
): TemplateMatch | null {
  const pieces = piecesOf(template);
  const values: HoleValue[] = [];
  const budget = { steps: MAX_STEPS };
  const textEnd = rendered.trimEnd().length;
  let start: number | null = null;
  let at = rendered.length - rendered.trimStart().length;
  let open: readonly Hole[] = [];
  const close = (end: number) => {
    const only = open[0];
    if (only !== undefined && open.length === 1 && only.block === null) {
      values.push({ hole: only.text, value: rendered.slice(at, end).trim() });
    }
    open = [];
  };
  for (const [index, piece] of pieces.entries()) {
    if (piece.type === 'holes') {
      open = piece.holes;
      start ??= at;
      continue;
    }
    const found = findLiteral(rendered, piece.words, at, {
      start: index === 0 && isWhole.start ? at : null,
      end: index === pieces.length - 1 && isWhole.end ? textEnd : null,
      budget,
    });
    if (found === null) return null;
    close(found.start);
    start ??= found.start;
    at = found.end;
  }
  if (open.length > 0) {
    close(rendered.length);
    at = Math.max(at, textEnd);
  } else if (isWhole.end && at < textEnd) return null;
  return { values, start: start ?? at, end: at };
}

type Piece =
  | { readonly type: 'literal'; readonly words: readonly string[] }
  | { readonly type: 'holes'; readonly holes: readonly Hole[] };

/** Literals that must be there, and what stands between them. */
function piecesOf(template: string): readonly Piece[] {
  const holes = findHoles(template);
  const pieces: Piece[] = [];
  let next = 0;
  let between: Hole[] = [];
  const takeHoles = (until: number) => {
    for (let hole = holes[next]; hole !== undefined && hole.range.start < until; hole = holes[++next]) {
      between.push(hole);
    }
  };
  for (const run of literalRuns(template, holes)) {
    const words = template.slice(run.start, run.end).split(/\s+/).filter(Boolean);
    if (run.isOptional || words.length === 0) continue;
    takeHoles(run.start);
    if (between.length > 0) pieces.push({ type: 'holes', holes: between });
    between = [];
    pieces.push({ type: 'literal', words });
  }
  takeHoles(template.length);
  if (between.length > 0) pieces.push({ type: 'holes', holes: between });
  return pieces;
}

function findLiteral(
  text: string,
  words: readonly string[],
  from: number,
  where: { readonly start: number | null; readonly end: number | null; readonly budget: { steps: number } },
): { readonly start: number; readonly end: number } | null {
  const first = words[0] ?? '';
  for (
    let start = where.start ?? text.indexOf(first, from);
    start >= 0;
    start = text.indexOf(first, start + 1)
  ) {
    const end = literalEnd(text, words, start, where.budget);
    if (end !== null && (where.end === null || end === where.end)) return { start, end };
    if (where.start !== null || where.budget.steps <= 0) return null;
  }
  return null;
}

/** Where the words end that begin here with white space between them; null when they do not. */
function literalEnd(
  text: string,
  words: readonly string[],
  start: number,
  budget: { steps: number },
): number | null {
  let at = start;
  for (const [index, word] of words.entries()) {
    budget.steps -= 1;
    if (index > 0) {
      const before = at;
      while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
      if (at === before) return null;
    }
    if (!text.startsWith(word, at)) return null;
    at += word.length;
  }
  return at;
}

function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0 || unit === 0x3000 || unit === 0xfeff;
}
