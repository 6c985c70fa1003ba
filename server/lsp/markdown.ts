/**
 * Trace text is attacker-controlled: it enters a hover only through these functions, so that it
 * can neither end its fence, nor make a link, nor run a command.
 */

/** Code span with a fence longer than any backtick run inside; line breaks become spaces. */
export function inlineCode(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const longest = Math.max(0, ...(flat.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const padded = flat.startsWith('`') || flat.endsWith('`') ? ` ${flat} ` : flat;
  return `${fence}${padded}${fence}`;
}

/** Plain prose with every character that Markdown or HTML gives a meaning to escaped. */
export function quoted(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()<>#+\-.!|~&$:]/g, '\\$&');
}

/** A link that runs one of our own commands; arguments are data, encoded whole. */
export function commandLink(label: string, command: string, parameters: readonly unknown[]): string {
  return `[${label}](command:${command}?${encodeURIComponent(JSON.stringify(parameters))})`;
}
