/** A heading at the top level of a Markdown text; offsets into that text. */
export interface MarkdownHeading {
  readonly depth: number;
  readonly start: number;
  /** End of the heading's own lines, a setext underline included. */
  readonly end: number;
  /** The words between the marks. */
  readonly title: string;
  /** End of the last line that holds words: `end` except for setext headings. */
  readonly titleEnd: number;
}

/**
 * ATX and setext headings outside fences, indented code, HTML, lists and quotations, by the block
 * rules of CommonMark 0.31 (sections 4 and 5), in one pass over the lines. A full Markdown parser
 * gives the same answers (a test compares the two) but needs seconds for the texts of one workspace.
 * Link reference definitions count as paragraph text, the one rule left out.
 */
export function markdownHeadings(text: string): readonly MarkdownHeading[] {
  const headings: MarkdownHeading[] = [];
  let block: Block = NOTHING;
  for (const line of linesOf(text)) {
    const heading = headingAt(text, line, block);
    if (heading !== null) headings.push(heading);
    block = heading === null ? blockAfter(line, block) : NOTHING;
  }
  return headings;
}

/** What a line leaves open for the next one. */
type Block =
  | { readonly type: 'nothing' }
  | { readonly type: 'paragraph'; readonly start: number; readonly isLazy: boolean }
  | { readonly type: 'fence'; readonly mark: string }
  | { readonly type: 'html'; readonly end: RegExp }
  | {
      readonly type: 'list';
      readonly indent: number;
      readonly isEmpty: boolean;
      readonly afterBlank: boolean;
      /** What the item itself leaves open. */
      readonly inner: Block;
    };

interface Line {
  readonly start: number;
  readonly end: number;
  /** Columns of white space in front, tabs to the next multiple of 4. */
  readonly indent: number;
  /** The line without the white space in front. */
  readonly content: string;
}

const NOTHING: Block = { type: 'nothing' };
const BLANK_END = /^$/;

/** How much of a line is looked at inside each list mark or quotation mark: bounds the recursion. */
const MAX_NESTED = 400;

function headingAt(text: string, line: Line, block: Block): MarkdownHeading | null {
  if (block.type === 'fence' || block.type === 'html' || line.indent > 3) return null;
  if (block.type === 'list' && line.indent >= block.indent) return null;
  const end = line.start + text.slice(line.start, line.end).trimEnd().length;
  const start = line.end - line.content.length;
  const marks = /^#{1,6}(?=[ \t]|$)/.exec(line.content)?.[0];
  if (marks !== undefined) {
    const title = line.content
      .slice(marks.length)
      .replace(/(?:^|[ \t])#+[ \t]*$/, '')
      .trim();
    return { depth: marks.length, start, end, title, titleEnd: end };
  }
  if (block.type !== 'paragraph' || block.isLazy || !/^(?:=+|-+)[ \t]*$/.test(line.content)) return null;
  const words = text.slice(block.start, line.start).trimEnd();
  return {
    depth: line.content.startsWith('=') ? 1 : 2,
    start: block.start,
    end,
    title: words,
    titleEnd: block.start + words.length,
  };
}

function blockAfter(line: Line, block: Block): Block {
  const isBlank = line.content === '';
  switch (block.type) {
    case 'fence':
      return line.indent <= 3 && closesFence(line.content, block.mark) ? NOTHING : block;
    case 'html':
      return block.end.test(line.content) ? NOTHING : block;
    case 'list':
      return afterList(line, block, isBlank);
    case 'paragraph':
    case 'nothing':
      return isBlank ? NOTHING : opened(line, block);
  }
}

function afterList(line: Line, block: Block & { type: 'list' }, isBlank: boolean): Block {
  if (isBlank)
    return block.isEmpty ? NOTHING : { ...block, afterBlank: true, inner: innerAfter(line, block) };
  if (line.indent >= block.indent) {
    return { ...block, isEmpty: false, afterBlank: false, inner: innerAfter(line, block) };
  }
  const isLazy = openParagraph(block.inner);
  const next = opened(line, isLazy ? { type: 'paragraph', start: line.start, isLazy: true } : NOTHING);
  return isLazy && next.type === 'paragraph' ? block : next;
}

function innerAfter(line: Line, block: Block & { type: 'list' }): Block {
  const inside = { ...line, indent: line.indent - block.indent };
  // Inside an item a heading or an underline leaves no paragraph open.
  const isHeading = /^#{1,6}(?:[ \t]|$)/.test(line.content) && inside.indent <= 3;
  const isUnderline = block.inner.type === 'paragraph' && /^(?:=+|-+)[ \t]*$/.test(line.content);
  const inBlock = block.inner.type === 'fence' || block.inner.type === 'html';
  if (!inBlock && inside.indent >= 0 && (isHeading || isUnderline)) return NOTHING;
  return blockAfter(inside, block.inner);
}

/** True when a line without the indentation of the containers may go on with their paragraph. */
function openParagraph(block: Block): boolean {
  return block.type === 'paragraph' || (block.type === 'list' && openParagraph(block.inner));
}

/** What a line opens that does not go on with a fence, HTML or a list item. */
function opened(line: Line, before: Block): Block {
  const inParagraph = before.type === 'paragraph';
  const { content } = line;
  if (line.indent > 3) return inParagraph ? before : NOTHING;
  const fence = /^(?:`{3,}(?=[^`]*$)|~{3,})/.exec(content)?.[0];
  if (fence !== undefined) return { type: 'fence', mark: fence };
  const html = htmlEnd(content, inParagraph);
  if (html !== null) return html !== BLANK_END && html.test(content) ? NOTHING : { type: 'html', end: html };
  if (/^([-*_])(?:[ \t]*\1){2,}[ \t]*$/.test(content)) return NOTHING;
  if (content.startsWith('>')) return quoted(line, before);
  const item = listItem(line, inParagraph);
  if (item !== null) return item;
  return inParagraph ? before : { type: 'paragraph', start: line.end - content.length, isLazy: false };
}

/** A quotation can leave a paragraph open, which plain lines go on with but no underline ends. */
function quoted(line: Line, before: Block): Block {
  const inner = unquoted(line);
  const isHeading = /^#{1,6}(?:[ \t]|$)/.test(inner.content) && inner.indent <= 3;
  if (inner.content === '' || isHeading) return NOTHING;
  const wasOpen = before.type === 'paragraph' && before.isLazy;
  if (wasOpen && /^(?:=+|-+)[ \t]*$/.test(inner.content)) return NOTHING;
  const next = opened(inner, wasOpen ? before : NOTHING);
  return openParagraph(next) ? { type: 'paragraph', start: line.start, isLazy: true } : NOTHING;
}

function unquoted(line: Line): Line {
  let rest = line.content.slice(1);
  let dropped = 1;
  const space = /^[ \t]*/.exec(rest)?.[0] ?? '';
  const columns = widthOf(space, line.indent + 1);
  dropped += space.length;
  rest = line.content.slice(dropped, dropped + MAX_NESTED);
  return { start: line.start, end: line.end, indent: Math.max(0, columns - 1), content: rest };
}

function listItem(line: Line, inParagraph: boolean): Block | null {
  const match = /^([-+*]|\d{1,9}[.)])([ \t]*)(.*)$/.exec(line.content);
  const [, marker = '', space = '', whole = ''] = match ?? [];
  const rest = whole.slice(0, MAX_NESTED);
  if (match === null || (space === '' && rest !== '')) return null;
  if (inParagraph && (rest === '' || !/^(?:[-+*]|1[.)])$/.test(marker))) return null;
  const markerEnd = line.indent + marker.length;
  const spaces = widthOf(space, markerEnd);
  const indent = rest === '' || spaces > 4 ? markerEnd + 1 : markerEnd + spaces;
  const inside = {
    start: line.start,
    end: line.end,
    indent: rest === '' ? 0 : markerEnd + spaces - indent,
    content: rest,
  };
  const isHeading = /^#{1,6}(?:[ \t]|$)/.test(rest);
  const inner = rest === '' || isHeading ? NOTHING : opened(inside, NOTHING);
  return { type: 'list', indent, isEmpty: rest === '', afterBlank: false, inner };
}

function closesFence(content: string, mark: string): boolean {
  const run = /^(`+|~+)[ \t]*$/.exec(content)?.[1];
  return run !== undefined && run[0] === mark[0] && run.length >= mark.length;
}

const BLOCK_TAG =
  /^<\/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:[ \t>]|\/>|$)/i;
const WHOLE_TAG =
  /^(?:<[A-Za-z][A-Za-z0-9-]*(?:[ \t]+[A-Za-z_:][\w.:-]*(?:[ \t]*=[ \t]*(?:[^ \t"'=<>`]+|'[^']*'|"[^"]*"))?)*[ \t]*\/?>|<\/[A-Za-z][A-Za-z0-9-]*[ \t]*>)[ \t]*$/;

/** What ends an HTML block that this line begins; null when it begins none. */
function htmlEnd(content: string, inParagraph: boolean): RegExp | null {
  if (!content.startsWith('<')) return null;
  if (/^<(?:script|pre|style|textarea)(?:[ \t>]|$)/i.test(content))
    return /<\/(?:script|pre|style|textarea)>/i;
  if (content.startsWith('<!--')) return /-->/;
  if (content.startsWith('<?')) return /\?>/;
  if (/^<![A-Za-z]/.test(content)) return />/;
  if (content.startsWith('<![CDATA[')) return /\]\]>/;
  if (BLOCK_TAG.test(content)) return BLANK_END;
  return !inParagraph && content.length < 2_000 && WHOLE_TAG.test(content) ? BLANK_END : null;
}

function* linesOf(text: string): Generator<Line> {
  const pattern = /\r\n|\r|\n|$/g;
  let start = 0;
  while (start < text.length) {
    pattern.lastIndex = start;
    const ending = pattern.exec(text);
    const end = ending?.index ?? text.length;
    const space = /^[ \t]*/.exec(text.slice(start, end))?.[0] ?? '';
    yield { start, end, indent: widthOf(space, 0), content: text.slice(start + space.length, end) };
    start = end + Math.max(1, ending?.[0].length ?? 1);
  }
}

/** Columns that white space takes when it begins at a column. */
function widthOf(space: string, column: number): number {
  let at = column;
  for (const character of space) at += character === '\t' ? 4 - (at % 4) : 1;
  return at - column;
}
