import { lineCharacterAt, lineStarts } from '../model/lineIndex.ts';
import type { PromptLink } from '../model/link.ts';
import { findHoles } from '../source/holes.ts';
import { readSource } from '../source/readSource.ts';
import { sourceOffset } from '../source/textMap.ts';
import { changedPieces } from './changedPieces.ts';
import type { HoleValue } from './matchTemplate.ts';
import { normalText } from './normalText.ts';
import { placePiece } from './placePiece.ts';

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
  if (normalText(recorded) !== normalText(before.text)) {
    return replacePieces(rendered, link, before, after.text);
  }
  const unknown = holeWithoutValue(before.text, after.text);
  if (unknown !== null) return { ok: false, reason: `no recorded value for ${unknown}` };
  const text = after.text.trim().replace(/\r\n|\r|\n/g, lineEnding(recorded, rendered));
  return { ok: true, text: rendered.slice(0, link.renderedStart) + text + rendered.slice(link.renderedEnd) };
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

function replacePieces(rendered: string, link: PromptLink, before: PromptIn, after: string): RenderResult {
  const oldLines = linesOf(before.text);
  const byFileLine = new Map(link.lines.map(({ sourceLine, renderedLine }) => [sourceLine, renderedLine]));
  const renderedLine = new Map<number, number>();
  before.fileLines.forEach((fileLine, line) => {
    const found = byFileLine.get(fileLine);
    if (found !== undefined) renderedLine.set(line, found);
  });
  const replacements: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  for (const piece of changedPieces(oldLines, linesOf(after))) {
    const place = placePiece({ rendered, link, oldLines, renderedLine }, piece);
    if (!place.ok) return place;
    const eol = lineEnding(rendered.slice(place.start, place.end), rendered);
    const filled = fillHoles(place.lines.join(eol), [...place.values, ...link.holes]);
    if (!filled.ok) return filled;
    const text = eol.repeat(place.breaksBefore) + filled.text + eol.repeat(place.breaksAfter);
    replacements.push({ start: place.start, end: place.end, text });
  }
  replacements.sort((a, b) => a.start - b.start);
  let text = '';
  let at = 0;
  for (const replacement of replacements) {
    if (replacement.start < at) {
      return { ok: false, reason: 'the edited lines cannot be told apart in the recorded text' };
    }
    text += rendered.slice(at, replacement.start) + replacement.text;
    at = replacement.end;
  }
  return { ok: true, text: text + rendered.slice(at) };
}

/** Fills each hole with the value recorded for it; a hole that stands several times with its values in turn. */
function fillHoles(text: string, values: readonly HoleValue[]): RenderResult {
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
function holeWithoutValue(before: string, after: string): string | null {
  const known = new Set(findHoles(before).map((hole) => hole.text));
  return findHoles(after).find((hole) => !known.has(hole.text))?.text ?? null;
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/).map((line) => line.trimEnd());
}

function lineEnding(near: string, whole: string): string {
  return /\r\n|\n/.exec(near)?.[0] ?? /\r\n|\n/.exec(whole)?.[0] ?? '\n';
}
