import type { Json } from '../model/json.ts';

/** Deeper values are refused, so that every later recursion over a value has a known bound. */
const maxDepth = 500;

export type ParsedJson =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly reason: 'invalid-json' | 'too-deep' };

export function parseJson(text: string): ParsedJson {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { ok: false, reason: 'invalid-json' };
  }
  return isDeeperThan(value, maxDepth) ? { ok: false, reason: 'too-deep' } : { ok: true, value };
}

/** The value of a text that begins like an object or array and parses; else null. */
export function parsedContainer(text: string): Json | null {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return null;
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : null;
}

/**
 * Reads JSON that a length limit cut in the middle: closes the open string and brackets at the cut, or,
 * where that does not parse, at the last comma before it. Null when nothing sensible is left.
 */
export function parseCutJson(text: string): Json | null {
  const open: string[] = [];
  let inString = false;
  let lastComma: { at: number; closers: string } | null = null;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') open.push('}');
    else if (char === '[') open.push(']');
    else if (char === '}' || char === ']') open.pop();
    else if (char === ',') lastComma = { at: i, closers: open.toReversed().join('') };
  }
  if (open.length === 0 || open.length > maxDepth) return null;
  const closers = open.toReversed().join('');
  const body = inString ? `${text.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, '')}"` : text;
  const attempts = [body + closers];
  if (lastComma !== null) attempts.push(text.slice(0, lastComma.at) + lastComma.closers);
  for (const attempt of attempts) {
    const parsed = parseJson(attempt);
    if (parsed.ok) return parsed.value;
  }
  return null;
}

function isDeeperThan(root: Json, limit: number): boolean {
  if (typeof root !== 'object' || root === null) return false;
  let level: object[] = [root];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: object[] = [];
    for (const value of level) {
      for (const member of Array.isArray(value) ? value : Object.values(value)) {
        if (typeof member === 'object' && member !== null) next.push(member);
      }
    }
    level = next;
  }
  return false;
}
