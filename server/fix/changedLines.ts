import { diffLines } from 'diff';

/** Characters that one line of prose may hold before it counts as two. */
const lineWidth = 120;

/**
 * Lines that an edit touches; a replaced line counts once. A description inside JSON is one physical
 * line however long it is, so escaped line breaks count as breaks, and the changed middle of a line is
 * wrapped at 120 characters.
 */
export function changedLineCount(before: string, after: string): number {
  let count = 0;
  let removed = '';
  let added = '';
  const flush = () => {
    count += blockSize(removed, added);
    removed = '';
    added = '';
  };
  for (const change of diffLines(before, after)) {
    if (change.removed) removed += change.value;
    else if (change.added) added += change.value;
    else flush();
  }
  flush();
  return count;
}

function blockSize(removed: string, added: string): number {
  if (removed === added) return 0;
  const shorter = Math.min(removed.length, added.length);
  let start = 0;
  while (start < shorter && removed[start] === added[start]) start++;
  let end = 0;
  while (end < shorter - start && removed[removed.length - 1 - end] === added[added.length - 1 - end]) end++;
  const sizeOf = (text: string) => wrappedLines(text.slice(start, text.length - end));
  return Math.max(1, sizeOf(removed), sizeOf(added));
}

function wrappedLines(text: string): number {
  const lines = text
    .replaceAll('\\n', '\n')
    .replace(/\r?\n$/, '')
    .split(/\r\n|\r|\n/);
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / lineWidth)), 0);
}
