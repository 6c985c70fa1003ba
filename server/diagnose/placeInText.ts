import type { Anchor, SourceFile, TextRange } from '../model/anchor.ts';
import type { Finding } from '../model/finding.ts';
import { movedOffset } from './movedOffset.ts';

/** A finding in the text that a person is looking at. */
export interface PlacedFinding {
  readonly finding: Finding;
  readonly range: TextRange;
  /** True when the text of its anchor was changed since the pass that counted. */
  readonly isStale: boolean;
}

/**
 * Carries findings from the text they were counted on to the text in the editor. A finding stays
 * fresh while its own anchor has the same words, wherever edits around it moved them; changed white
 * space is no change. A changed or renamed anchor keeps its finding, marked as older than the edit;
 * where it is gone, the finding goes to what encloses it, at last to the top of the file. Nothing
 * is dropped.
 */
export function placeInText(
  findings: readonly Finding[],
  counted: SourceFile,
  now: SourceFile,
): readonly PlacedFinding[] {
  if (counted.hash === now.hash) {
    return findings.map((finding) => ({ finding, range: finding.range, isStale: false }));
  }
  const before = locate(counted);
  const after = locate(now);
  const moved = movedOffset(counted.text, now.text);
  const placed = new Map<string, { readonly range: TextRange; readonly isStale: boolean }>();
  return findings.map((finding) => {
    const { id } = finding.anchor;
    const place = placed.get(id) ?? placeOf(id, before, after, moved);
    placed.set(id, place);
    return { finding, ...place };
  });
}

interface Located {
  readonly anchor: Anchor;
  /** Anchor that it lies in: a parameter's tool, a section's prompt. */
  readonly parent: Anchor | null;
  /** Its whole text, white space made even. */
  readonly words: string;
}

type Anchors = ReadonlyMap<string, Located>;

function placeOf(
  id: string,
  before: Anchors,
  after: Anchors,
  moved: (offset: number) => readonly number[],
): { readonly range: TextRange; readonly isStale: boolean } {
  const old = before.get(id);
  if (old === undefined) return { range: { start: 0, end: 0 }, isStale: true };
  const starts = moved(old.anchor.range.start);
  const atPlace = [...after.values()].filter(
    ({ anchor }) => anchor.type === old.anchor.type && starts.includes(anchor.range.start),
  );
  const namesakes = [...after.values()].filter((found) => isNamesake(found, old));
  const sameId = after.get(id);
  const unchanged = [
    ...atPlace.filter((found) => isNamesake(found, old)),
    ...(sameId === undefined ? [] : [sameId]),
    ...namesakes,
  ].find(({ words }) => words === old.words);
  if (unchanged !== undefined) return { range: unchanged.anchor.range, isStale: false };
  const changed =
    atPlace.find((found) => isNamesake(found, old)) ??
    sameId ??
    // A new name where the old one stood is a rename, unless a neighbour moved up to it.
    atPlace.find(({ anchor }) => !before.has(anchor.id)) ??
    namesakes[0];
  if (changed !== undefined) return { range: changed.anchor.range, isStale: true };
  if (old.parent === null) return { range: { start: 0, end: 0 }, isStale: true };
  return { ...placeOf(old.parent.id, before, after, moved), isStale: true };
}

function isNamesake(found: Located, old: Located): boolean {
  return (
    found.anchor.type === old.anchor.type &&
    found.anchor.name === old.anchor.name &&
    found.parent?.name === old.parent?.name
  );
}

function locate(source: SourceFile): Anchors {
  const anchors = new Map<string, Located>();
  const add = (anchor: Anchor, parent: Anchor | null) => {
    const { start, end } = anchor.fullRange;
    anchors.set(anchor.id, { anchor, parent, words: wordsOf(source.text.slice(start, end)) });
  };
  for (const prompt of source.prompts) {
    const whole = prompt.anchors[0] ?? null;
    for (const anchor of prompt.anchors) add(anchor, anchor === whole ? null : whole);
  }
  for (const tool of source.tools) {
    add(tool.anchor, null);
    for (const parameter of tool.parameters) add(parameter.anchor, tool.anchor);
  }
  return anchors;
}

/** Equal for a definition before and after a formatter ran over it. */
function wordsOf(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/ ?([{}[\]:,]) ?/g, '$1')
    .trim();
}
