import type { FilePatch } from './parsePatch.ts';

/** The patch that takes another one back: what it added is removed, and the reverse, at the lines after it. */
export function reversePatch({ file, hunks }: FilePatch): FilePatch {
  let shift = 0;
  return {
    file,
    hunks: hunks.map(({ line, lines }) => {
      const reversed = { line: line + shift, lines: lines.map(swapped) };
      shift += count(lines, '+') - count(lines, '-');
      return reversed;
    }),
  };
}

function swapped(line: string): string {
  if (line.startsWith('+')) return `-${line.slice(1)}`;
  return line.startsWith('-') ? `+${line.slice(1)}` : line;
}

function count(lines: readonly string[], mark: string): number {
  return lines.filter((line) => line.startsWith(mark)).length;
}
