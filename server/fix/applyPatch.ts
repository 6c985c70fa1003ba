import type { FilePatch, PatchFailure, PatchHunk } from './parsePatch.ts';

/**
 * New text of every file that a patch changes, in the patch's order. `current` holds today's texts by
 * workspace-relative path. Context and removed lines must stand exactly where the hunk says; only the
 * line endings may differ, and then the file keeps its own.
 */
export function applyPatch(
  patches: readonly FilePatch[],
  current: ReadonlyMap<string, string>,
): { readonly ok: true; readonly texts: ReadonlyMap<string, string> } | PatchFailure {
  const texts = new Map<string, string>();
  for (const { file, hunks } of patches) {
    const text = current.get(file);
    if (text === undefined) {
      return {
        ok: false,
        reason: 'missing-file',
        detail: `The patch changes ${file}, which is not in the workspace.`,
      };
    }
    const result = applyHunks(file, text, hunks);
    if (!result.ok) return result;
    texts.set(file, result.text);
  }
  return { ok: true, texts };
}

/** A line with what ends it: `\n`, `\r\n`, or nothing on a last line without one. */
interface Line {
  readonly text: string;
  readonly ending: string;
}

function splitLines(text: string): readonly Line[] {
  return (
    text.match(/[^\n]*\n|[^\n]+$/g)?.map((line) => {
      const ending = /\r?\n$/.exec(line)?.[0] ?? '';
      return { text: line.slice(0, line.length - ending.length), ending };
    }) ?? []
  );
}

function applyHunks(
  file: string,
  text: string,
  hunks: readonly PatchHunk[],
): { readonly ok: true; readonly text: string } | PatchFailure {
  const lines = splitLines(text);
  const ownEnding = lines.filter((line) => line.ending === '\r\n').length * 2 > lines.length ? '\r\n' : '\n';
  const result: Line[] = [];
  let at = 0;
  for (const [index, hunk] of hunks.entries()) {
    const where = `${file}, hunk ${index + 1}`;
    if (hunk.line < at) {
      return mismatch(`${where}: it begins at line ${hunk.line + 1}, inside or before the hunk above it.`);
    }
    result.push(...lines.slice(at, hunk.line));
    at = Math.min(hunk.line, lines.length);
    // A patch that saw the same carriage returns as the file also writes its own; another one is re-ended.
    const exact = oldLines(hunk).every((line, offset) => endsAlike(line, lines[hunk.line + offset]));
    let previous = ' ';
    for (const line of hunk.lines) {
      const mark = line[0] ?? ' ';
      if (mark === '\\') {
        const last = result.at(-1);
        if (previous !== '-' && last !== undefined)
          result[result.length - 1] = { text: last.text, ending: '' };
        continue;
      }
      previous = mark;
      if (mark === '+') {
        const bare = stripReturn(line.slice(1));
        result.push({ text: bare, ending: exact && line.endsWith('\r') ? '\r\n' : exact ? '\n' : ownEnding });
        continue;
      }
      const found = lines[at];
      const expected = stripReturn(line.slice(1));
      if (found === undefined || found.text !== expected) {
        return mismatch(`${where}: ${difference(expected, found, at)}${elsewhere(hunk, lines)}`);
      }
      if (mark === ' ') result.push(found);
      at++;
    }
  }
  result.push(...lines.slice(at));
  return { ok: true, text: closeLines(result, hunks, lines, ownEnding) };
}

/**
 * Lines without an ending may only stand last. Where a hunk without a "No newline" mark reached the end of
 * a file that lacks the last newline, the file keeps lacking it.
 */
function closeLines(
  result: readonly Line[],
  hunks: readonly PatchHunk[],
  before: readonly Line[],
  ownEnding: string,
): string {
  const marked = hunks.some((hunk) => hunk.lines.some((line) => line.startsWith('\\')));
  const open = before.at(-1)?.ending === '';
  return result
    .map(({ text, ending }, index) => {
      if (index < result.length - 1) return text + (ending === '' ? ownEnding : ending);
      return text + (open && !marked ? '' : ending);
    })
    .join('');
}

function oldLines(hunk: PatchHunk): readonly string[] {
  return hunk.lines.filter((line) => line[0] !== '+' && line[0] !== '\\').map((line) => line.slice(1));
}

function endsAlike(patchLine: string, line: Line | undefined): boolean {
  return line === undefined || line.ending === '' || patchLine.endsWith('\r') === (line.ending === '\r\n');
}

function stripReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

function difference(expected: string, found: Line | undefined, at: number): string {
  const what = found === undefined ? 'the end of the file' : `"${shorten(found.text)}"`;
  return `expected "${shorten(expected)}" at line ${at + 1}, found ${what}.`;
}

/** Says where the hunk would fit, so that a shifted patch is easy to mend. */
function elsewhere(hunk: PatchHunk, lines: readonly Line[]): string {
  const wanted = oldLines(hunk).map(stripReturn);
  if (wanted.length === 0) return '';
  for (let start = 0; start + wanted.length <= lines.length; start++) {
    if (wanted.every((text, offset) => lines[start + offset]?.text === text)) {
      return ` The same lines stand at line ${start + 1}.`;
    }
  }
  return '';
}

function mismatch(detail: string): PatchFailure {
  return { ok: false, reason: 'context-mismatch', detail };
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
