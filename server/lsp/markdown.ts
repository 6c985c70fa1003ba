/**
 * Trace text is attacker-controlled: it enters a hover only through these functions, so that it
 * can neither end its fence, nor make a link, nor run a command.
 */

/** Code span with a fence longer than any backtick run inside; line breaks become spaces. */
export function inlineCode(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  // Two ticks with nothing between them would open a span of their own.
  if (flat === '') return '` `';
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
  // encodeURIComponent leaves parentheses, and a closing one would end the link.
  const data = encodeURIComponent(JSON.stringify(parameters)).replace(/[()]/g, (one) =>
    one === '(' ? '%28' : '%29',
  );
  return `[${label}](command:${command}?${data})`;
}
