import { diffArrays } from 'diff';
import type { SourceEdit } from '../model/fix.ts';
import { sha256 } from '../model/hash.ts';

type Replacement = SourceEdit['replacements'][number];

/** Beyond so many changed lines one block is replaced: nobody would follow the pieces, and time is bounded. */
const maxEditLength = 2000;

/**
 * The smallest replacements that turn the old text into the new one, for one undoable edit that leaves the
 * caret and every untouched line alone. A new text whose line endings were flattened to one kind (by a model,
 * a patch, a form field) gets the file's own endings back.
 */
export function minimalEdit(file: string, oldText: string, newText: string): SourceEdit {
  return { file, baseHash: sha256(oldText), replacements: minimalReplacements(oldText, newText) };
}

interface Line {
  readonly text: string;
  readonly ending: string;
}

function minimalReplacements(oldText: string, newText: string): readonly Replacement[] {
  if (oldText === newText) return [];
  const oldLines = splitLines(oldText);
  const newLines = splitLines(newText);
  const isFlattened = endingsDiffer(oldLines, newLines);
  const ownEnding = commonEnding(oldLines);
  const keyOf = ({ text, ending }: Line) => text + (isFlattened && ending !== '' ? '\n' : ending);
  const changes = diffArrays(oldLines.map(keyOf), newLines.map(keyOf), { maxEditLength }) ?? [
    { removed: true, added: false, count: oldLines.length },
    { removed: false, added: true, count: newLines.length },
  ];
  const replacements: Replacement[] = [];
  let offset = 0;
  let start = 0;
  let [oldIndex, newIndex] = [0, 0];
  let added = '';
  const flush = () => {
    const trimmed = trim(oldText.slice(start, offset), added, start);
    if (trimmed !== null) replacements.push(trimmed);
    added = '';
  };
  for (const { removed, added: isAdded, count } of changes) {
    if (isAdded) {
      for (const { text, ending } of newLines.slice(newIndex, newIndex + count)) {
        added += text + (isFlattened && ending !== '' ? ownEnding : ending);
      }
      newIndex += count;
      continue;
    }
    if (!removed) flush();
    for (const { text, ending } of oldLines.slice(oldIndex, oldIndex + count)) {
      offset += text.length + ending.length;
    }
    oldIndex += count;
    if (!removed) {
      newIndex += count;
      start = offset;
    }
  }
  flush();
  return replacements;
}

/** Without the common beginning and end; null when nothing is left. Never cuts a pair of code units in two. */
function trim(removed: string, added: string, at: number): Replacement | null {
  if (removed === added) return null;
  const shorter = Math.min(removed.length, added.length);
  let head = 0;
  while (head < shorter && removed[head] === added[head]) head++;
  if (head > 0 && splitsPair(removed, head, added)) head--;
  let tail = 0;
  while (tail < shorter - head && removed[removed.length - 1 - tail] === added[added.length - 1 - tail])
    tail++;
  if (tail > 0 && splitsPairAtEnd(removed, added, tail)) tail--;
  return {
    range: { start: at + head, end: at + removed.length - tail },
    newText: added.slice(head, added.length - tail),
  };
}

/** True when the kept beginning would end between `\r` and `\n` or between two surrogates. */
function splitsPair(removed: string, head: number, added: string): boolean {
  return isPair(removed, head) || isPair(added, head);
}

function splitsPairAtEnd(removed: string, added: string, tail: number): boolean {
  return isPair(removed, removed.length - tail) || isPair(added, added.length - tail);
}

function isPair(text: string, at: number): boolean {
  const [left, right] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return (
    (left === 13 && right === 10) || (left >= 0xd800 && left < 0xdc00 && right >= 0xdc00 && right < 0xe000)
  );
}

function splitLines(text: string): readonly Line[] {
  return (text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []).map((line) => {
    const ending = /(?:\r\n|\n|\r)$/.exec(line)?.[0] ?? '';
    return { text: line.slice(0, line.length - ending.length), ending };
  });
}

/** One kind throughout the new text that is not the old text's usual one: someone flattened it. */
function endingsDiffer(oldLines: readonly Line[], newLines: readonly Line[]): boolean {
  const kinds = new Set(newLines.map(({ ending }) => ending).filter((ending) => ending !== ''));
  const oldKinds = new Set(oldLines.map(({ ending }) => ending).filter((ending) => ending !== ''));
  const [only] = kinds;
  if (kinds.size !== 1 || only === undefined || oldKinds.size === 0) return false;
  return oldKinds.size > 1 || !oldKinds.has(only);
}

function commonEnding(lines: readonly Line[]): string {
  const counts = new Map<string, number>();
  for (const { ending } of lines) if (ending !== '') counts.set(ending, (counts.get(ending) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '\n';
}
