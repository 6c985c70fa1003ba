import type { Range } from 'vscode-languageserver-types';

export interface Mark {
  readonly range: Range;
  readonly says: string;
}

/**
 * The text with its marks under the lines that they are about:
 *
 *     "name": "search",
 *             ^^^^^^^^ 4 of 9 runs: no result
 *
 * A range over several lines is marked on its first one, an empty range by one caret.
 */
export function annotate(text: string, marks: readonly Mark[]): string {
  const lines = text.replace(/\n$/, '').split(/\r\n|\r|\n/);
  return lines
    .flatMap((line, number) => [
      line,
      ...marks
        .filter(({ range }) => range.start.line === number)
        .map(({ range, says }) => {
          const end = range.end.line === number ? range.end.character : line.length;
          const length = Math.max(1, end - range.start.character);
          return `${' '.repeat(range.start.character)}${'^'.repeat(length)} ${says}`;
        }),
    ])
    .join('\n');
}

/** The text alone: lines that only hold carets and words are marks. */
export function withoutMarks(marked: string): string {
  return marked
    .split('\n')
    .filter((line) => !/^ *\^+(?: |$)/.test(line))
    .join('\n');
}

/** Takes the common indentation off a template literal, and its first and last line break. */
export function dedent(text: string): string {
  const lines = text
    .replace(/^\n/, '')
    .replace(/\n[ ]*$/, '')
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const common = Math.min(...indents);
  return lines.map((line) => line.slice(common)).join('\n');
}
