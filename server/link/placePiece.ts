import { lineStarts } from '../model/lineIndex.ts';
import type { PromptLink } from '../model/link.ts';
import { findHoles } from '../source/holes.ts';
import type { Piece } from './changedPieces.ts';
import { type HoleValue, matchTemplate } from './matchTemplate.ts';

/** Where an edited piece stands in a recorded text. */
export type Place =
  | {
      readonly ok: true;
      readonly start: number;
      readonly end: number;
      /** Lines to stand there, holes not filled yet. */
      readonly lines: readonly string[];
      /** Line breaks to add in front of and behind them. */
      readonly breaksBefore: number;
      readonly breaksAfter: number;
      /** Values found at the holes of the old lines. */
      readonly values: readonly HoleValue[];
    }
  | { readonly ok: false; readonly reason: string };

/** Places pieces of one prompt in one recorded message. */
export interface RecordedPrompt {
  readonly rendered: string;
  readonly link: PromptLink;
  /** Lines of the prompt as it stands in today's file. */
  readonly oldLines: readonly string[];
  /** The rendered line of each old line that the link maps. */
  readonly renderedLine: ReadonlyMap<number, number>;
}

/** Changed or deleted lines must stand in the recorded text as they were; new lines go beside a known one. */
export function placePiece(recorded: RecordedPrompt, piece: Piece): Place {
  return piece.from === piece.to ? placeInsertion(recorded, piece) : placeChange(recorded, piece);
}

function placeChange(recorded: RecordedPrompt, piece: Piece): Place {
  const { rendered, link, oldLines, renderedLine } = recorded;
  const starts = lineStarts(rendered);
  const first = renderedLine.get(piece.from);
  if (first === undefined) return notCarried(link);
  const from = starts[first] ?? 0;
  const next = nextMapped(recorded, piece.to);
  const limit = next === null ? link.renderedEnd : (starts[renderedLine.get(next) ?? 0] ?? link.renderedEnd);
  const region = rendered.slice(from, Math.max(from, limit));
  const pieceLines = oldLines.slice(piece.from, piece.to);
  // A value at the piece's end reaches up to the lines behind it, which are then matched and kept.
  const rest = endsWithHole(pieceLines) ? oldLines.slice(piece.to, next ?? oldLines.length) : [];
  const kept = rest.some((line) => line.trim() !== '') ? rest : [];
  const match = matchTemplate([...pieceLines, ...kept].join('\n'), region, { start: true, end: false });
  if (match === null || !/^[ \t]*(?:[\r\n]|$)/.test(region.slice(match.end))) return notCarried(link);
  const lines = [...piece.newLines, ...kept];
  const end = from + match.end;
  // A deleted piece takes its line break along.
  const gap = lines.length > 0 ? 0 : (/^[ \t]*(?:\r\n|\r|\n)?/.exec(rendered.slice(end))?.[0].length ?? 0);
  return {
    ok: true,
    start: from,
    end: end + gap,
    lines,
    breaksBefore: 0,
    breaksAfter: 0,
    values: match.values,
  };
}

/** In front of the line behind or behind the line before, with the blank lines that the source has there. */
function placeInsertion(recorded: RecordedPrompt, piece: Piece): Place {
  const { rendered, link, oldLines, renderedLine } = recorded;
  const at = piece.from;
  let before = at - 1;
  while (before >= 0 && oldLines[before]?.trim() === '') before -= 1;
  let after = at;
  while (after < oldLines.length && oldLines[after]?.trim() === '') after += 1;
  const starts = lineStarts(rendered);
  const place = (offset: number, breaksBefore: number, breaksAfter: number): Place => {
    return {
      ok: true,
      start: offset,
      end: offset,
      lines: piece.newLines,
      breaksBefore,
      breaksAfter,
      values: [],
    };
  };
  const previous = renderedLine.get(before);
  const next = renderedLine.get(after);
  if (next !== undefined && (before < 0 || previous === undefined || previous < next)) {
    return place(starts[next] ?? 0, 0, after - at + 1);
  }
  if (after === oldLines.length && before >= 0) return place(link.renderedEnd, at - before, 0);
  if (previous === undefined) return { ok: false, reason: 'the run did not carry the lines around the edit' };
  const start = starts[previous] ?? 0;
  const line = rendered.slice(start, starts[previous + 1] ?? rendered.length);
  return place(start + line.trimEnd().length, at - before, 0);
}

function notCarried(link: PromptLink): Place {
  const text = link.state === 'older' ? 'an older wording' : 'a text';
  return { ok: false, reason: `the run carried ${text} without the edited lines` };
}

function nextMapped({ oldLines, renderedLine }: RecordedPrompt, from: number): number | null {
  for (let line = from; line < oldLines.length; line++) if (renderedLine.has(line)) return line;
  return null;
}

function endsWithHole(lines: readonly string[]): boolean {
  const text = lines.join('\n').trimEnd();
  return findHoles(text).at(-1)?.range.end === text.length;
}
