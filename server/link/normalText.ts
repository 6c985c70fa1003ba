/** A text with one kind of line ending and no white space at line ends or around it. */
export interface NormalText {
  readonly text: string;
  /** The original offset of an offset in `text`. */
  readonly original: (offset: number) => number;
}

export function normalText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

/** As `normalText`, with the way back. */
export function normalTextWithOffsets(text: string): NormalText {
  const from: number[] = [];
  const to: number[] = [];
  let normal = '';
  let lineStart = 0;
  for (const ending of text.matchAll(/\r\n|\r|\n|$/g)) {
    const line = text.slice(lineStart, ending.index).trimEnd();
    // White space in front of the first words goes too.
    const skip = normal === '' ? line.length - line.trimStart().length : 0;
    if (normal !== '' || line.length > skip) {
      from.push(normal.length);
      to.push(lineStart + skip);
      normal += `${line.slice(skip)}\n`;
    }
    lineStart = ending.index + ending[0].length;
  }
  return {
    text: normal.trimEnd(),
    original: (offset) => {
      let low = 0;
      let high = from.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((from[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return (to[low] ?? 0) + offset - (from[low] ?? 0);
    },
  };
}
