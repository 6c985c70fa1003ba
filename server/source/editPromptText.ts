import type { SourceFile, TextRange } from '../model/anchor.ts';
import { applyEdit, type SourceEdit } from '../model/fix.ts';
import { findHoles } from './holes.ts';
import type { EditResult } from './jsonMember.ts';
import { bodyStart } from './markdownPrompt.ts';

/**
 * Replaces a piece of a prompt (a line, a section) by other text. Line endings become the file's,
 * and the piece keeps the line breaks that it ended with. Refused when the piece reaches into the
 * front matter or when template holes would be lost, added or reordered.
 *
 * @param range file offsets
 */
export function replacePromptText(source: SourceFile, range: TextRange, newText: string): EditResult {
  const old = source.text.slice(range.start, range.end);
  const ending = /\s*$/.exec(old)?.[0] ?? '';
  const wanted = withLineEnding(newText.trimEnd(), lineEnding(source.text)) + ending;
  return checked(source, { range, newText: wanted });
}

/**
 * Adds a line of its own behind the line in which an offset stands.
 *
 * @param offset file offset anywhere in the line to follow
 */
export function insertPromptLine(source: SourceFile, offset: number, line: string): EditResult {
  const eol = lineEnding(source.text);
  const rest = /[^\r\n]*/.exec(source.text.slice(offset))?.[0].length ?? 0;
  const at = offset + rest;
  return checked(source, {
    range: { start: at, end: at },
    newText: eol + withLineEnding(line.trimEnd(), eol),
  });
}

function checked(source: SourceFile, replacement: SourceEdit['replacements'][number]): EditResult {
  const { range, newText } = replacement;
  const inFile = range.start >= 0 && range.start <= range.end && range.end <= source.text.length;
  if (!inFile || range.start < bodyStart(source.text))
    return { ok: false, reason: 'outside the prompt text' };
  if (source.text.slice(range.start, range.end) === newText)
    return { ok: false, reason: 'the file already says so' };
  const edit: SourceEdit = { file: source.file, baseHash: source.hash, replacements: [replacement] };
  const after = applyEdit(source.text, edit);
  if (holeTexts(source.text) !== holeTexts(after)) {
    return { ok: false, reason: 'the edit would change a template hole' };
  }
  if (bodyStart(after) !== bodyStart(source.text))
    return { ok: false, reason: 'the edit would change the front matter' };
  return { ok: true, edit };
}

function holeTexts(text: string): string {
  return findHoles(text)
    .map((hole) => hole.text)
    .join('\n');
}

/** The ending that most lines have. */
function lineEnding(text: string): string {
  const all = text.split('\n').length - 1;
  const crlf = text.split('\r\n').length - 1;
  return crlf * 2 > all ? '\r\n' : '\n';
}

function withLineEnding(text: string, eol: string): string {
  return text.replace(/\r\n|\r|\n/g, eol);
}
