import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/**
 * Whether two argument values ask a tool for the same thing. Beyond equality: numbers by value (also as
 * text where the schema wants a number), dates and instants in ISO 8601 spellings, a member left out
 * against its schema default, order where the schema says `uniqueItems`, and sentences by presence.
 * Everything else differs, letter case included, since tools tell it apart.
 */
export function sameArguments(recorded: Json, other: Json, schema: Json | undefined): boolean {
  const shape = isJsonObject(schema) ? schema : {};
  if (Array.isArray(recorded) || Array.isArray(other)) {
    return Array.isArray(recorded) && Array.isArray(other) && sameItems(recorded, other, shape);
  }
  if (isJsonObject(recorded) || isJsonObject(other)) {
    return isJsonObject(recorded) && isJsonObject(other) && sameMembers(recorded, other, shape);
  }
  if (typeof recorded === 'string' && typeof other === 'string') return sameText(recorded, other, shape);
  if (typeof recorded === 'number' || typeof other === 'number') return sameNumber(recorded, other, shape);
  return recorded === other;
}

function sameMembers(recorded: JsonObject, other: JsonObject, schema: JsonObject): boolean {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const names = new Set([...Object.keys(recorded), ...Object.keys(other)]);
  return [...names].every((name) => {
    const property = properties[name];
    const preset = isJsonObject(property) ? property.default : undefined;
    const a = recorded[name] ?? preset;
    const b = other[name] ?? preset;
    return (a ?? null) === (b ?? null) || (a != null && b != null && sameArguments(a, b, property));
  });
}

function sameItems(recorded: readonly Json[], other: readonly Json[], schema: JsonObject): boolean {
  if (recorded.length !== other.length) return false;
  const items = schema.items;
  if (schema.uniqueItems !== true) {
    return recorded.every((value, i) => sameArguments(value, other[i] ?? null, items));
  }
  const left = [...other];
  return recorded.every((value) => {
    const found = left.findIndex((candidate) => sameArguments(value, candidate, items));
    if (found >= 0) left.splice(found, 1);
    return found >= 0;
  });
}

function sameNumber(recorded: Json, other: Json, schema: JsonObject): boolean {
  const types = [schema.type].flat();
  const textCounts = types.includes('number') || types.includes('integer');
  const value = (input: Json): number => {
    if (typeof input === 'number') return input;
    return textCounts && typeof input === 'string' && input.trim() !== '' ? Number(input) : Number.NaN;
  };
  const a = value(recorded);
  const b = value(other);
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
}

function sameText(recorded: string, other: string, schema: JsonObject): boolean {
  const a = tidy(recorded);
  const b = tidy(other);
  if (a === b) return true;
  const instant = isoInstant(a);
  if (instant !== null) return instant === isoInstant(b);
  const constrained = 'enum' in schema || 'const' in schema || 'pattern' in schema || 'format' in schema;
  return !constrained && isSentence(a) && b !== '';
}

function tidy(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ');
}

const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds; a date without a time is its midnight UTC, a time without a zone is taken as UTC. */
function isoInstant(text: string): number | null {
  if (!ISO.test(text)) return null;
  const withZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`;
  const value = Date.parse(withZone.replace(' ', 'T'));
  return Number.isNaN(value) ? null : value;
}

/** Wording that nobody repeats to the letter. Code, queries and formulas are not: each character counts there. */
function isSentence(text: string): boolean {
  const words = text.split(' ').filter((word) => /^\p{L}{2,}[.,;:!?'’]*$/u.test(word));
  return words.length >= 5 && !/[=<>{}[\]()*;|\\]/.test(text);
}
