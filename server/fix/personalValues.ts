/**
 * What must not leave a trace and land in a file or a request: keys, addresses, numbers of people and
 * accounts. Wide on purpose: a neutral form costs nothing, a leaked one does.
 */
const patterns: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  { kind: 'key', pattern: /\b(?:sk|pk|rk|ghp|gho|ghs|xox[abp]|glpat|hf)[-_][A-Za-z0-9_-]{10,}/g },
  { kind: 'key', pattern: /\bAKIA[0-9A-Z]{12,}\b/g },
  { kind: 'key', pattern: /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){0,2}/g },
  { kind: 'key', pattern: /\bbearer\s+[^\s"',}]{8,}/gi },
  {
    kind: 'key',
    pattern: /\b(?:token|password|passwd|secret|api[-_]?key)["']?\s*[:=]\s*["']?[^\s"',}]{6,}/gi,
  },
  { kind: 'email', pattern: /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g },
  { kind: 'uuid', pattern: /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi },
  {
    kind: 'phone',
    pattern: /\+\d[\d ().-]{6,}\d|\(\d{2,4}\) ?\d[\d -]{4,}\d|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b/g,
  },
  { kind: 'number', pattern: /\b\d(?:[ -]?\d){6,}\b/g },
  { kind: 'account', pattern: /\b[a-z]+_[a-z]+_\d{3,}\b/g },
];

/** Dates look like long digits to the patterns above, and are no secret. */
const isoDate = /\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g;

export function looksPersonal(value: string): boolean {
  const text = value.replace(isoDate, ' ');
  return patterns.some(({ pattern }) => text.search(pattern) >= 0) || looksRandom(text);
}

/**
 * Replaces every such value by a placeholder that is the same for the same value, so that a reader can
 * still see which are equal: `<email-1>`. `seen` carries the numbering from text to text.
 */
export function redactText(text: string, seen: Map<string, string> = new Map()): string {
  const dates: string[] = [];
  let result = text.replace(isoDate, (date) => `\uE000${dates.push(date) - 1}\uE001`);
  const put = (kind: string, value: string) => {
    const known = seen.get(value);
    if (known !== undefined) return known;
    const placeholder = `<${kind}-${seen.size + 1}>`;
    seen.set(value, placeholder);
    return placeholder;
  };
  for (const { kind, pattern } of patterns) result = result.replace(pattern, (value) => put(kind, value));
  result = result.replace(/[A-Za-z0-9+/_-]{24,}/g, (word) => (looksRandom(word) ? put('key', word) : word));
  return result.replace(/\uE000(\d+)\uE001/g, (mark, index: string) => dates[Number(index)] ?? mark);
}

/** A long unbroken word of letters in both cases and digits is a key more often than a word. */
function looksRandom(text: string): boolean {
  return text
    .split(/[^A-Za-z0-9+/_-]+/)
    .some((word) => word.length >= 24 && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word));
}
