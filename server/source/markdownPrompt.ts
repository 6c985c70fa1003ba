import type { Anchor, PromptSource } from '../model/anchor.ts';
import { markdownSections } from './markdownSections.ts';
import { isNamedAsPrompt } from './promptNames.ts';

/** A longer text is a book or a log, not an instruction. UTF-16 units. */
const MAX_PROMPT_LENGTH = 1_000_000;

/**
 * Markdown and plain text: the whole text after the front matter is the prompt.
 * Null when nothing is left that could reach a model.
 */
export function readMarkdownPrompt(file: string, text: string): PromptSource | null {
  if (text.length > MAX_PROMPT_LENGTH || text.includes('\0')) return null;
  const start = bodyStart(text);
  const body = text.slice(start);
  if (body.trim() === '') return null;
  return {
    file,
    text: body,
    map: { pieces: [{ rendered: 0, source: start, length: body.length }] },
    anchors: [wholePrompt(file, body, start), ...markdownSections(body, start)],
    needsProof: !isNamedAsPrompt(file),
  };
}

/** Where the text begins that reaches the model: behind a byte-order mark and YAML front matter. */
function bodyStart(text: string): number {
  const mark = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const opening = /^---[ \t]*\r?\n/.exec(text.slice(mark, mark + 64));
  if (opening === null) return mark;
  const closing = /^---[ \t]*(?:\r?\n|$)/gm;
  closing.lastIndex = mark + opening[0].length;
  const end = closing.exec(text);
  if (end === null) return mark;
  const matter = text.slice(mark + opening[0].length, end.index);
  // A thematic break also is `---`; front matter is a mapping or nothing.
  const isMatter = matter.trim() === '' || /^[^\S\r\n]*["'\w][^\r\n]*?:(?:\s|$)/m.test(matter);
  return isMatter ? end.index + end[0].length : mark;
}

function wholePrompt(file: string, body: string, start: number): Anchor {
  const first = /\S[^\r\n]*/.exec(body);
  const line = first === null ? '' : first[0].trimEnd();
  const from = start + (first?.index ?? 0);
  return {
    id: 'prompt',
    type: 'prompt',
    name: file.slice(file.lastIndexOf('/') + 1),
    range: { start: from, end: from + line.length },
    fullRange: { start, end: start + body.length },
  };
}
