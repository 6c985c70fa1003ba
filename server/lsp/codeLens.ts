import type { CodeLens } from 'vscode-languageserver';
import type { Anchor } from '../model/anchor.ts';
import { toRange } from './convert.ts';
import { type DocumentView, lensAnchors } from './documentView.ts';

/** Places only. Texts come with resolve, so that a finished pass changes words and never lines. */
export function codeLenses(view: DocumentView): CodeLens[] {
  return lensAnchors(view).map((anchor) => ({
    range: toRange(view.starts, anchor.range),
    data: { uri: view.uri, anchor: anchor.id },
  }));
}

export function resolveCodeLens(lens: CodeLens, view: DocumentView | null): CodeLens {
  const anchor = view === null ? undefined : lensAnchors(view).find(({ id }) => id === lens.data?.anchor);
  const title = view === null || anchor === undefined ? 'no runs yet' : lensTitle(anchor, view);
  return {
    ...lens,
    command: { title, command: 'faultline.showFindings', arguments: [lens.data?.uri, lens.data?.anchor] },
  };
}

/** `116 of 200 runs failed · 5 findings here`, `412 calls · 27 errors · 3 malformed`. */
export function lensTitle(anchor: Anchor, view: DocumentView): string {
  if (view.snapshot === null) return 'Faultline: reading traces…';
  const stats = view.statsOf(anchor.id);
  const here = view.placed.filter(({ finding }) => belongs(finding.anchor.id, anchor)).length;
  const findings = here === 0 ? [] : [plural(here, 'finding')];
  if (anchor.type === 'tool') {
    if (stats === null) return 'never called in the traces';
    return [
      plural(stats.calls, 'call'),
      ...(stats.errors > 0 ? [plural(stats.errors, 'error')] : []),
      ...(stats.invalid > 0 ? [`${stats.invalid} malformed`] : []),
      ...findings,
    ].join(' · ');
  }
  if (stats === null) return 'no run carried this text';
  const hidden = view.snapshot.hiddenByFile.get(view.file) ?? 0;
  return [
    `${stats.failedRuns} of ${plural(stats.runs, 'run')} failed`,
    ...(here === 0 ? [] : [`${plural(here, 'finding')} here`]),
    ...(hidden > 0 ? [`${hidden} hidden`] : []),
  ].join(' · ');
}

/** A prompt's lens speaks for all its sections, a tool's for its parameters. */
function belongs(findingAnchor: string, lens: Anchor): boolean {
  if (findingAnchor === lens.id) return true;
  if (lens.type === 'tool') return findingAnchor.startsWith(`parameter:${lens.id.slice('tool:'.length)}/`);
  return findingAnchor.startsWith('section:');
}

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
