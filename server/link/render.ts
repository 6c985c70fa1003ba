import { diffArrays } from 'diff';
import { lineCharacterAt, lineStarts } from '../model/lineIndex.ts';
import type { PromptLink } from '../model/link.ts';
import { findHoles } from '../source/holes.ts';
import { readSource } from '../source/readSource.ts';
import { sourceOffset } from '../source/textMap.ts';
import { type HoleValue, matchTemplate } from './matchTemplate.ts';
import { normalText } from './normalText.ts';

export type RenderResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/**
 * A recorded message as it would have read with an edited prompt file: only what the edit touches
 * changes. Recorded hole values are filled in, recorded ends and line endings stay.
 *
 * When the run carried an older wording, or a template, each edited piece is replaced where the line
 * map places it, and only if the recorded text there is the old text of that piece.
 *
 * @param oldSource whole text of today's file, to which `link` refers
 * @param newSource whole text of the file after the edit
 */
export function renderEditedText(
  rendered: string,
  link: PromptLink,
  oldSource: string,
  newSource: string,
): RenderResult {
  const before = promptIn(link.file, oldSource);
  const after = promptIn(link.file, newSource);
  if (before === null || after === null) return { ok: false, reason: 'the file holds no prompt' };
  const recorded = rendered.slice(link.renderedStart, link.renderedEnd);
  if (normalText(recorded) === normalText(before.text)) {
    const unknown = unfilledHole(before.text, after.text);
    if (unknown !== null) return { ok: false, reason: `no recorded value for ${unknown}` };
    const text = withLineEnding(after.text.trim(), lineEnding(recorded, rendered));
    return {
      ok: true,
      text: rendered.slice(0, link.renderedStart) + text + rendered.slice(link.renderedEnd),
    };
  }
  return replacePieces(rendered, link, before, after.text);
}

interface PromptIn {
  readonly text: string;
  /** Line of the file at which each line of the prompt stands. */
  readonly fileLines: readonly number[];
}

function promptIn(file: string, text: string): PromptIn | null {
  const prompt = readSource(file, text)?.prompts[0];
  if (prompt === undefined) return null;
  const starts = lineStarts(text);
  const fileLines = lineStarts(prompt.text).map(
    (offset) => lineCharacterAt(starts, sourceOffset(prompt.map, offset) ?? 0).line,
  );
  return { text: prompt.text, fileLines };
}

/** A run of old lines and what stands in their place; line numbers of the old prompt text. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly newLines: readonly string[];
}

function replacePieces(rendered: string, link: PromptLink, before: PromptIn, after: string): RenderResult {
  const oldLines = linesOf(before.text);
  const starts = lineStarts(rendered);
  const renderedLineOf = mapToRendered(link, before.fileLines);
  const replacements: { start: number; end: number; text: string }[] = [];
  for (const piece of changedPieces(oldLines, linesOf(after))) {
    const place = placeOf(piece, oldLines, renderedLineOf, rendered, starts, link);
    if (!place.ok) return place;
    const eol = lineEnding(rendered.slice(place.start, place.end), rendered);
    const filled = fill(piece.newLines.join(eol), [...place.values, ...link.holes]);
    if (!filled.ok) return filled;
    replacements.push({
      start: place.start,
      end: place.end,
      text: place.lead(eol) + filled.text + place.tail(eol),
    });
  }
  replacements.sort((a, b) => a.start - b.start);
  let text = '';
  let at = 0;
  for (const replacement of replacements) {
    if (replacement.start < at)
      return { ok: false, reason: 'the edited lines cannot be told apart in the recorded text' };
    text += rendered.slice(at, replacement.start) + replacement.text;
    at = replacement.end;
  }
  return { ok: true, text: text + rendered.slice(at) };
}

/** Changes of lines with blank lines at their ends left out: recorded text may have other ones. */
function changedPieces(oldLines: readonly string[], newLines: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let line = 0;
  let open: { from: number; newLines: string[] } | null = null;
  for (const part of diffArrays([...oldLines], [...newLines])) {
    if (!part.added && !part.removed) {
      if (open !== null) pieces.push({ ...open, to: line });
      open = null;
      line += part.value.length;
      continue;
    }
    open ??= { from: line, newLines: [] };
    if (part.added) open.newLines.push(...part.value);
    else line += part.value.length;
  }
  if (open !== null) pieces.push({ ...open, to: line });
  return pieces
    .map((piece) => {
      let { from, to } = piece;
      while (from < to && oldLines[from]?.trim() === '') from += 1;
      while (to > from && oldLines[to - 1]?.trim() === '') to -= 1;
      const first = piece.newLines.findIndex((text) => text.trim() !== '');
      const last = piece.newLines.findLastIndex((text) => text.trim() !== '');
      return { from, to, newLines: first < 0 ? [] : piece.newLines.slice(first, last + 1) };
    })
    .filter((piece) => piece.from < piece.to || piece.newLines.length > 0);
}

function mapToRendered(link: PromptLink, fileLines: readonly number[]): ReadonlyMap<number, number> {
  const byFileLine = new Map(link.lines.map(({ sourceLine, renderedLine }) => [sourceLine, renderedLine]));
  return new Map(
    fileLines.flatMap((fileLine, line) => {
      const found = byFileLine.get(fileLine);
      return found === undefined ? [] : [[line, found] as const];
    }),
  );
}

type Place =
  | {
      readonly ok: true;
      readonly start: number;
      readonly end: number;
      readonly values: readonly HoleValue[];
      readonly lead: (eol: string) => string;
      readonly tail: (eol: string) => string;
    }
  | { readonly ok: false; readonly reason: string };

const NOTHING = () => '';

/** Where a piece stands in the recorded text. Changed lines must stand there as they were. */
function placeOf(
  piece: Piece,
  oldLines: readonly string[],
  renderedLineOf: ReadonlyMap<number, number>,
  rendered: string,
  starts: readonly number[],
  link: PromptLink,
): Place {
  if (piece.from === piece.to)
    return placeOfInsertion(piece.from, oldLines, renderedLineOf, rendered, starts);
  const first = renderedLineOf.get(piece.from);
  const next = nextMapped(piece.to, oldLines.length, renderedLineOf);
  if (first === undefined) return notCarried(link);
  const from = starts[first] ?? 0;
  const limit = next === null ? link.renderedEnd : (starts[next.rendered] ?? link.renderedEnd);
  // The region may hold unmapped old lines behind the piece; they are matched and kept.
  const until = next === null ? oldLines.length : next.line;
  const pieceText = oldLines.slice(piece.from, piece.to).join('\n');
  const rest = oldLines.slice(piece.to, until).join('\n');
  const region = rendered.slice(from, limit);
  const whole = matchTemplate(`${pieceText}\n${rest}`, region, { start: true, end: next !== null });
  if (whole === null) return notCarried(link);
  const own = rest.trim() === '' ? whole : matchTemplate(pieceText, region, { start: true, end: false });
  if (own === null) return notCarried(link);
  const start = from + own.start;
  const end = from + own.end;
  if (piece.newLines.length > 0)
    return {
      ok: true,
      start: indentStart(rendered, start),
      end,
      values: own.values,
      lead: NOTHING,
      tail: NOTHING,
    };
  // A deleted piece takes its line break along.
  const gap = /^[ \t]*(?:\r\n|\r|\n)?/.exec(rendered.slice(end))?.[0].length ?? 0;
  return {
    ok: true,
    start: indentStart(rendered, start),
    end: end + gap,
    values: [],
    lead: NOTHING,
    tail: NOTHING,
  };
}

/** Behind the line before or in front of the line after, with the blank lines that the source has there. */
function placeOfInsertion(
  at: number,
  oldLines: readonly string[],
  renderedLineOf: ReadonlyMap<number, number>,
  rendered: string,
  starts: readonly number[],
): Place {
  let before = at - 1;
  while (before >= 0 && oldLines[before]?.trim() === '') before -= 1;
  let after = at;
  while (after < oldLines.length && oldLines[after]?.trim() === '') after += 1;
  const previous = renderedLineOf.get(before);
  const next = renderedLineOf.get(after);
  if (next !== undefined && (before < 0 || previous === undefined || previous < next)) {
    const start = starts[next] ?? 0;
    const blank = Math.max(1, after - at + 1);
    return { ok: true, start, end: start, values: [], lead: NOTHING, tail: (eol) => eol.repeat(blank) };
  }
  if (previous === undefined) return { ok: false, reason: 'the run did not carry the lines around the edit' };
  const line = rendered.slice(starts[previous] ?? 0, starts[previous + 1] ?? rendered.length);
  const end = (starts[previous] ?? 0) + line.trimEnd().length;
  return { ok: true, start: end, end, values: [], lead: (eol) => eol.repeat(at - before), tail: NOTHING };
}

function notCarried(link: PromptLink): Place {
  const wording = link.state === 'older' ? 'an older wording' : 'a text';
  return { ok: false, reason: `the run carried ${wording} without the edited lines` };
}

function nextMapped(from: number, count: number, renderedLineOf: ReadonlyMap<number, number>) {
  for (let line = from; line < count; line++) {
    const rendered = renderedLineOf.get(line);
    if (rendered !== undefined) return { line, rendered };
  }
  return null;
}

function fill(text: string, values: readonly HoleValue[]): RenderResult {
  let result = '';
  let at = 0;
  const used = new Map<string, number>();
  for (const hole of findHoles(text)) {
    const known = values.filter((value) => value.hole === hole.text);
    const count = used.get(hole.text) ?? 0;
    used.set(hole.text, count + 1);
    const value = known[Math.min(count, known.length - 1)];
    if (value === undefined) return { ok: false, reason: `no recorded value for ${hole.text}` };
    result += text.slice(at, hole.range.start) + value.value;
    at = hole.range.end;
  }
  return { ok: true, text: result + text.slice(at) };
}

/** A hole of the new text that the old one lacks: nothing recorded could fill it. */
function unfilledHole(before: string, after: string): string | null {
  const known = new Set(findHoles(before).map((hole) => hole.text));
  return findHoles(after).find((hole) => !known.has(hole.text))?.text ?? null;
}

function indentStart(rendered: string, start: number): number {
  let at = start;
  while (at > 0 && (rendered[at - 1] === ' ' || rendered[at - 1] === '\t')) at -= 1;
  return at === 0 || rendered[at - 1] === '\n' || rendered[at - 1] === '\r' ? at : start;
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/).map((line) => line.trimEnd());
}

function lineEnding(near: string, whole: string): string {
  return /\r\n|\n/.exec(near)?.[0] ?? /\r\n|\n/.exec(whole)?.[0] ?? '\n';
}

function withLineEnding(text: string, eol: string): string {
  return text.replace(/\r\n|\r|\n/g, eol);
}
