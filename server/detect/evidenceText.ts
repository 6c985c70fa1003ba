/** Longest evidence line, in UTF-16 units. */
const EVIDENCE_LIMIT = 200;

/** Controls, escape codes and marks that reorder or hide text: trace text is not trusted. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}]+/gu;
const LONE_SURROGATE = /\p{Cs}/gu;

/** Text from a trace as one visible line of at most `limit` units; `…` stands for what was cut. */
export function oneLine(text: string, limit: number): string {
  // Twice the limit is enough to fill the line unless the text is mostly white space.
  const head = text.slice(0, limit * 4 + 100);
  const line = head.replace(UNSEEN, ' ').replace(LONE_SURROGATE, '\uFFFD').trim();
  if (line.length <= limit && head.length === text.length) return line;
  const kept = line.slice(0, Math.max(0, limit - 1)).replace(LONE_SURROGATE, '');
  return `${kept.trimEnd()}…`;
}

/** The same between quotation marks. */
export function quoted(text: string, limit: number): string {
  return `"${oneLine(text, limit - 2)}"`;
}

/** The final form of `Failure.evidence`. */
export function evidenceLine(text: string): string {
  return oneLine(text, EVIDENCE_LIMIT);
}
