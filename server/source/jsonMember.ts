import { getNodeValue, type Node } from 'jsonc-parser';
import type { SourceFile } from '../model/anchor.ts';
import { applyEdit, type SourceEdit } from '../model/fix.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import { member, parseJsonTree, property } from './jsonToolNodes.ts';

/** An edit, or why there is none. */
export type EditResult =
  | { readonly ok: true; readonly edit: SourceEdit }
  | { readonly ok: false; readonly reason: string };

/**
 * Sets one text member of one object of a JSON file and nothing else: a present value is replaced in
 * its place, a missing one goes behind the member `after` (else in front), with the file's own
 * indentation, line ending and escapes. The result is parsed again and compared.
 */
export function setJsonMember(
  source: SourceFile,
  object: Node,
  key: string,
  value: string,
  after: string,
): EditResult {
  const present = member(object, key);
  if (present !== undefined && getNodeValue(present) === value)
    return { ok: false, reason: 'the file already says so' };
  const written = jsonText(source.text, value);
  const replacement =
    present === undefined
      ? insertion(source.text, object, `${JSON.stringify(key)}: ${written}`, after)
      : { range: { start: present.offset, end: present.offset + present.length }, newText: written };
  const edit: SourceEdit = { file: source.file, baseHash: source.hash, replacements: [replacement] };
  return onlyThatChanged(source.text, applyEdit(source.text, edit), object, key, value)
    ? { ok: true, edit }
    : { ok: false, reason: 'the edit would change more than this value' };
}

function insertion(text: string, object: Node, written: string, after: string) {
  const before = property(object, after);
  const first = object.children?.[0];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = first === undefined ? null : lineIndent(text, first.offset);
  const separator = indent === null ? ', ' : `,${eol}${indent}`;
  if (before !== undefined) {
    const end = before.offset + before.length;
    return { range: { start: end, end }, newText: separator + written };
  }
  const start = first?.offset ?? object.offset + 1;
  return { range: { start, end: start }, newText: first === undefined ? written : written + separator };
}

/** The white space in front of an offset when nothing else stands before it on its line, else null. */
function lineIndent(text: string, offset: number): string | null {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const lead = text.slice(start, offset);
  return lead.trim() === '' && start > 0 ? lead : null;
}

function jsonText(text: string, value: string): string {
  const written = JSON.stringify(value);
  // A file in plain ASCII with escapes stays so.
  const escapes = /\\u(?!00[01])[0-9a-fA-F]{4}/.test(text) && !/[^\p{ASCII}]/u.test(text);
  if (!escapes) return written;
  return written.replace(/[^\p{ASCII}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** True when both texts parse and differ in the named member of that one object alone. */
function onlyThatChanged(before: string, afterText: string, object: Node, key: string, value: string) {
  const old = parseJsonTree(before);
  const fresh = parseJsonTree(afterText);
  if (old === null || fresh === null) return false;
  const wanted = valueWith(old, object.offset, { [key]: value });
  return canonicalJson(wanted) === canonicalJson(getNodeValue(fresh) as Json);
}

/** The value of a tree with members of the object at an offset set. */
function valueWith(node: Node, offset: number, members: { readonly [key: string]: Json }): Json {
  if (offset < node.offset || offset >= node.offset + node.length) return getNodeValue(node) as Json;
  if (node.type === 'array') return (node.children ?? []).map((child) => valueWith(child, offset, members));
  if (node.type !== 'object') return getNodeValue(node) as Json;
  const own: [string, Json][] = (node.children ?? []).map((child) => {
    const value = child.children?.[1];
    return [
      String(child.children?.[0]?.value),
      value === undefined ? null : valueWith(value, offset, members),
    ];
  });
  return Object.fromEntries(node.offset === offset ? [...own, ...Object.entries(members)] : own);
}
