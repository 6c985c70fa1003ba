import type { TextMap } from '../model/anchor.ts';

/** The source offset of a rendered offset; null where the rendered text stands nowhere in the source. */
export function sourceOffset(map: TextMap, rendered: number): number | null {
  let low = 0;
  let high = map.pieces.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const piece = map.pieces[middle];
    if (piece === undefined) return null;
    if (rendered < piece.rendered) high = middle - 1;
    else if (rendered > piece.rendered + piece.length) low = middle + 1;
    // The end of a piece belongs to the next one where that begins right there.
    else if (rendered === piece.rendered + piece.length) {
      const next = map.pieces[middle + 1];
      return next?.rendered === rendered ? next.source : piece.source + piece.length;
    } else return piece.source + rendered - piece.rendered;
  }
  return null;
}
