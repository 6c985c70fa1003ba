/**
 * Strings of traces may hold lone UTF-16 surrogates (a JSON escape suffices), which UTF-8 cannot
 * carry. Such a string is stored as its JSON text behind a noncharacter; all others as they are.
 */
const MARK = '\uFDD0';

/** `JSON.stringify` escapes lone surrogates, so the result is always well formed. */
export function encodeText(text: string): string {
  return text.isWellFormed() && !text.startsWith(MARK) ? text : MARK + JSON.stringify(text);
}

export function decodeText(stored: string): string {
  return stored.startsWith(MARK) ? (JSON.parse(stored.slice(1)) as string) : stored;
}

/** A list of names as one bound parameter, for `from_json($n, '["VARCHAR"]')`; null stands for "all". */
export function encodeList(names: readonly string[] | undefined): string | null {
  return names === undefined ? null : JSON.stringify(names.map(encodeText));
}
