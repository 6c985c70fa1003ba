import { getNodeValue, type Node } from 'jsonc-parser';
import type { SourceFile } from '../model/anchor.ts';
import { applyEdit, type SourceEdit } from '../model/fix.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import { member, parseJsonTree, property } from './jsonToolNodes.ts';

/** An edit, or why there is none. */
export type EditResult =
  | { readonly ok: true; readonly edit: SourceEdit }
  | { readonly ok: false; readonly reason: string };

/** New values for members of one object; null removes nothing, it is a value like any other. */
export type NewMembers = readonly { readonly key: string; readonly value: Json }[];

/**
 * Sets members of one object of a JSON file and nothing else: a present value is replaced in its
 * place, a missing one goes behind the first of `after` that is there (else in front), with the
 * file's own indentation, line ending and escapes. The result is parsed again and compared.
 */
export function setJsonMembers(
  source: SourceFile,
  object: Node,
  members: NewMembers,
  after: readonly string[],
): EditResult {
  const replacements: { range: { start: number; end: number }; newText: string }[] = [];
  const missing: string[] = [];
  for (const { key, value } of members) {
    const present = member(object, key);
    if (present === undefined)
      missing.push(`${JSON.stringify(key)}: ${jsonText(source.text, value, object)}`);
    else {
      const newText = jsonText(source.text, value, present);
      const range = { start: present.offset, end: present.offset + present.length };
      if (canonicalJson(getNodeValue(present) as Json) !== canonicalJson(value))
        replacements.push({ range, newText });
    }
  }
  if (missing.length > 0) replacements.push(insertion(source.text, object, missing, after));
  if (replacements.length === 0) return { ok: false, reason: 'the file already says so' };
  replacements.sort((a, b) => a.range.start - b.range.start);
  const edit: SourceEdit = { file: source.file, baseHash: source.hash, replacements };
  return onlyThoseChanged(source.text, applyEdit(source.text, edit), object, members)
    ? { ok: true, edit }
    : { ok: false, reason: 'the edit would change more than this value' };
}

function insertion(text: string, object: Node, members: readonly string[], after: readonly string[]) {
  const before = after.map((key) => property(object, key)).find((node) => node !== undefined);
  const first = object.children?.[0];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = first === undefined ? null : lineIndent(text, first.offset);
  const separator = indent === null ? ', ' : `,${eol}${indent}`;
  const joined = members.join(separator);
  if (before !== undefined) {
    const end = before.offset + before.length;
    return { range: { start: end, end }, newText: separator + joined };
  }
  const start = first?.offset ?? object.offset + 1;
  return { range: { start, end: start }, newText: first === undefined ? joined : joined + separator };
}

/** The white space in front of an offset when nothing else stands before it on its line, else null. */
function lineIndent(text: string, offset: number): string | null {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const lead = text.slice(start, offset);
  return lead.trim() === '' && start > 0 ? lead : null;
}

function jsonText(text: string, value: Json, beside: Node): string {
  const written = Array.isArray(value) ? listText(text, value, beside) : JSON.stringify(value);
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

/** Lists go over several lines where the file writes its lists of words so. */
function listText(text: string, value: readonly Json[], beside: Node): string {
  const inline = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  const example = /\[(\r?\n)([ \t]+)"[^"\\\r\n]*",?\r?\n/.exec(text);
  const anchor = beside.type === 'object' ? beside.children?.[0]?.offset : beside.parent?.offset;
  const indent = anchor === undefined ? null : lineIndent(text, anchor);
  if (example === null || indent === null || value.length === 0) return inline;
  const eol = example[1] ?? '\n';
  const step = indentStep(text);
  const items = value.map((item) => `${indent}${step}${JSON.stringify(item)}`);
  return `[${eol}${items.join(`,${eol}`)}${eol}${indent}]`;
}

function indentStep(text: string): string {
  return /[[{]\r?\n([ \t]+)/.exec(text)?.[1] ?? '  ';
}

/** True when both texts parse and differ in the named members of that one object alone. */
function onlyThoseChanged(before: string, afterText: string, object: Node, members: NewMembers): boolean {
  const old = parseJsonTree(before);
  const fresh = parseJsonTree(afterText);
  if (old === null || fresh === null) return false;
  const changed = Object.fromEntries(members.map(({ key, value }) => [key, value]));
  return canonicalJson(valueWith(old, object.offset, changed)) === canonicalJson(getNodeValue(fresh) as Json);
}

/** The value of a tree with members of the object at an offset replaced. */
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
