/**
 * The text with comments, and on request the contents of strings and regular expressions, replaced by spaces: offsets and lines
 * stay. Knows strings, templates and regular expressions, so that `'//'` begins no comment.
 */
export function withoutComments(
  text: string,
  options: { readonly strings: boolean } = { strings: true },
): string {
  let result = '';
  let i = 0;
  const blank = (to: number) => {
    result += text.slice(i, to).replace(/[^\n]/g, ' ');
    i = to;
  };
  /** The last characters of code, without white space and comments. */
  let tail = '';
  const keep = (to: number) => {
    const kept = text.slice(i, to);
    result += kept;
    // A word and the space after it are told from two words that meet.
    tail = (tail + kept).replace(/\s+/g, ' ').slice(-12);
    i = to;
  };
  /** Open braces inside each open `${`. */
  const templates: number[] = [];
  while (i < text.length) {
    const character = text[i] as string;
    const next = text[i + 1];
    if (character === '/' && next === '/') blank(endOf(text, '\n', i, 0));
    else if (character === '/' && next === '*') blank(endOf(text, '*/', i + 2, 2));
    else if (character === '"' || character === "'") {
      keep(i + 1);
      const end = stringEnd(text, i, character);
      if (options.strings) keep(end);
      else blank(end);
      keep(Math.min(i + 1, text.length));
    } else if (character === '`' || (character === '}' && templates.at(-1) === 0)) {
      if (character === '}') templates.pop();
      keep(i + 1);
      const end = templatePieceEnd(text, i);
      if (options.strings) keep(end);
      else blank(end);
      if (text[i] === '$') {
        keep(i + 2);
        templates.push(0);
      } else keep(Math.min(i + 1, text.length));
    } else if (character === '/' && beginsRegex(tail)) {
      const end = regexEnd(text, i);
      if (options.strings) keep(end);
      else {
        keep(i + 1);
        blank(end);
      }
    } else {
      const depth = templates.length - 1;
      if (depth >= 0 && character === '{') templates[depth] = (templates[depth] ?? 0) + 1;
      if (depth >= 0 && character === '}') templates[depth] = (templates[depth] ?? 0) - 1;
      keep(i + 1);
    }
  }
  return result;
}

function endOf(text: string, mark: string, from: number, length: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + length;
}

function stringEnd(text: string, from: number, quote: string): number {
  let i = from;
  while (i < text.length && text[i] !== quote && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1;
  return Math.min(i, text.length);
}

function templatePieceEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length && text[i] !== '`' && !(text[i] === '$' && text[i + 1] === '{')) {
    i += text[i] === '\\' ? 2 : 1;
  }
  return Math.min(i, text.length);
}

/** A slash divides after a value and begins a regular expression everywhere else. */
function beginsRegex(before: string): boolean {
  const last = before.trimEnd();
  if (last === '' || /[([{,;:=!&|?+\-*%^~<>]$/.test(last)) return true;
  return (
    /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|await|yield)$/.test(last) || last.endsWith('}')
  );
}

function regexEnd(text: string, from: number): number {
  let inClass = false;
  for (let i = from + 1; i < text.length; i++) {
    const character = text[i];
    if (character === '\n') return from + 1;
    if (character === '\\') i++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return i + 1;
  }
  return from + 1;
}
