import type { ToolSource } from '../model/anchor.ts';
import type { ToolLink } from '../model/link.ts';
import type { ToolDefinition } from '../model/run.ts';
import type { LinkIndex } from './linkIndex.ts';
import { definitionSimilarity } from './toolSimilarity.ts';
import { canonicalDefinition, type ToolWording } from './toolWording.ts';

/** Confidence of a link that rests on the name alone. */
const BY_NAME = 0.8;
const BY_AMBIGUOUS_NAME = 0.5;

/**
 * Ties each tool that a run called or was offered to its definition in the workspace: by name, then
 * by the recorded definition, whatever client libraries added to it or reordered.
 *
 * @param called names of called tools, in any order, repetitions allowed
 * @param offered the run's recorded definitions; null when it recorded none
 * @returns one link a name, called ones first, in order of first appearance
 */
export function linkTools(
  called: readonly string[],
  offered: readonly ToolDefinition[] | null,
  index: LinkIndex,
): readonly ToolLink[] {
  const definitions = new Map((offered ?? []).map((definition) => [definition.name, definition]));
  const names = [...new Set([...called, ...definitions.keys()])];
  const known = namesPerFile(names, index);
  return names.map((name) => {
    const wordings = index.tools.get(name) ?? [];
    if (wordings.length === 0) return unlinked(name);
    const definition = definitions.get(name);
    const ranked = ranking(wordings, known);
    return definition === undefined ? linkByName(name, ranked) : linkByDefinition(definition, ranked);
  });
}

function unlinked(name: string): ToolLink {
  const reason = 'no file of the workspace defines a tool of this name';
  return { name, file: null, anchorId: null, state: 'current', confidence: 0, reason };
}

/** How many of the run's tools each file defines: tools of one agent mostly stand together. */
function namesPerFile(names: readonly string[], index: LinkIndex): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) {
    for (const file of new Set((index.tools.get(name) ?? []).map(({ tool }) => tool.file))) {
      counts.set(file, (counts.get(file) ?? 0) + 1);
      const folder = folderOf(file);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  }
  return counts;
}

/** The file and folder with most of the run's tools first, then by path. Today's wording before older ones. */
function ranking(
  wordings: readonly ToolWording[],
  known: ReadonlyMap<string, number>,
): readonly ToolWording[] {
  const count = (path: string) => known.get(path) ?? 0;
  return [...wordings].sort((a, b) => {
    const [left, right] = [a.tool.file, b.tool.file];
    return (
      count(folderOf(right)) - count(folderOf(left)) ||
      count(right) - count(left) ||
      (left < right ? -1 : left > right ? 1 : 0) ||
      a.tool.anchor.range.start - b.tool.anchor.range.start ||
      Number(b.isToday) - Number(a.isToday)
    );
  });
}

function linkByName(name: string, ranked: readonly ToolWording[]): ToolLink {
  const today = ranked.filter(({ isToday }) => isToday);
  const first = today[0];
  if (first === undefined) return unlinked(name);
  const isAlone = today.length === 1;
  const reason = isAlone
    ? 'by name; the run recorded no definition'
    : `by name; the run recorded no definition and ${today.length} files or places define one`;
  return linkTo(first.tool, stateOf(first), isAlone ? BY_NAME : BY_AMBIGUOUS_NAME, reason);
}

function linkByDefinition(definition: ToolDefinition, ranked: readonly ToolWording[]): ToolLink {
  const canonical = canonicalDefinition(definition);
  const equal = ranked.filter((wording) => wording.canonical === canonical);
  const today = equal.find(({ isToday }) => isToday);
  if (today !== undefined) {
    const copies = equal.filter(({ isToday }) => isToday).length;
    const reason =
      copies === 1 ? "today's definition" : `today's definition, which stands in ${copies} places`;
    return linkTo(today.tool, stateOf(today), 1, reason);
  }
  const older = equal[0];
  if (older !== undefined) return linkTo(older.tool, 'older', 1, 'an older definition of this file');
  const scored = ranked.map((wording) => ({
    wording,
    similarity: definitionSimilarity(definition, wording.definition),
  }));
  const best = scored.reduce((a, b) => (b.similarity > a.similarity ? b : a));
  const places = new Set(ranked.map(({ tool }) => `${tool.file}#${tool.anchor.id}`)).size;
  const reason =
    places === 1
      ? 'by name; the recorded definition differs from every wording known'
      : `the nearest of ${places} definitions of this name; none is equal`;
  return linkTo(best.wording.tool, 'older', best.similarity, reason);
}

function stateOf(wording: ToolWording): ToolLink['state'] {
  return wording.isInHead === false ? 'uncommitted' : 'current';
}

function linkTo(tool: ToolSource, state: ToolLink['state'], confidence: number, reason: string): ToolLink {
  return { name: tool.definition.name, file: tool.file, anchorId: tool.anchor.id, state, confidence, reason };
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}
