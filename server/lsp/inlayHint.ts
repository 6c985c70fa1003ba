import type { InlayHint, Range } from 'vscode-languageserver';
import type { PlacedFinding } from '../diagnose/placeInText.ts';
import { HINT_LENGTH, shortened } from '../diagnose/wording.ts';
import { lineCharacterAt } from '../model/lineIndex.ts';
import type { DocumentView } from './documentView.ts';

/** One hint a line, at its end; the strongest finding speaks, the others are counted. */
export function inlayHints(view: DocumentView, range: Range): InlayHint[] {
  const byLine = new Map<number, PlacedFinding[]>();
  for (const placed of view.placed) {
    const { line } = lineCharacterAt(view.starts, placed.range.start);
    if (line < range.start.line || line > range.end.line) continue;
    const here = byLine.get(line);
    if (here === undefined) byLine.set(line, [placed]);
    else here.push(placed);
  }
  return [...byLine].map(([line, placed]) => ({
    position: { line, character: lineLength(view, line) },
    label: label(placed),
    paddingLeft: true,
  }));
}

function label(placed: readonly PlacedFinding[]): string {
  // Findings come in rank order.
  const strongest = placed[0] as PlacedFinding;
  const more = placed.length > 1 ? ` +${placed.length - 1}` : '';
  const hint = `${strongest.isStale ? 'before your edit: ' : ''}${strongest.finding.hint}`;
  return `${shortened(hint, HINT_LENGTH - more.length)}${more}`;
}

function lineLength(view: DocumentView, line: number): number {
  const start = view.starts[line] ?? 0;
  const end = view.starts[line + 1] ?? view.text.length;
  return view.text.slice(start, end).replace(/[\r\n]+$/, '').length;
}
