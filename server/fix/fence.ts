import { redactText } from './personalValues.ts';

/**
 * Text from a trace or a file as a block of data: the fence is longer than any run of backticks inside,
 * so that the text cannot close it and go on as an instruction.
 */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** One line of trace text for a request: secrets and personal values replaced, shortened. */
export function evidenceLine(text: string, maxLength: number, seen: Map<string, string>): string {
  const line = redactText(text, seen).replace(/\s+/g, ' ').trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
