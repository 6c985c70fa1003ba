import { diffArrays } from 'diff';

/** A run of old lines and what an edit puts in their place; 0-based line numbers of the old text. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly newLines: readonly string[];
}

/** Changes by lines, without the blank lines at their ends: a recorded text may have other ones. */
export function changedPieces(oldLines: readonly string[], newLines: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let line = 0;
  let open: { readonly from: number; readonly newLines: string[] } | null = null;
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
    .map((piece) => withoutBlankEnds(piece, oldLines))
    .filter((piece) => piece.from < piece.to || piece.newLines.length > 0);
}

function withoutBlankEnds(piece: Piece, oldLines: readonly string[]): Piece {
  let { from, to } = piece;
  while (from < to && oldLines[from]?.trim() === '') from += 1;
  while (to > from && oldLines[to - 1]?.trim() === '') to -= 1;
  const first = piece.newLines.findIndex((text) => text.trim() !== '');
  const last = piece.newLines.findLastIndex((text) => text.trim() !== '');
  return { from, to, newLines: first < 0 ? [] : piece.newLines.slice(first, last + 1) };
}
