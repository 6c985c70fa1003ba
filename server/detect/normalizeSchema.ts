import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);
/** Names that tool definitions use for types in place of JSON Schema's own. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  str: 'string',
  text: 'string',
  int: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  list: 'array',
  tuple: 'array',
  dict: 'object',
  map: 'object',
};
const ONE = [
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const MANY = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const NAMED = ['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'];
/** The dialect's own name and the schema's address: a validator would look them up. */
const DROPPED = new Set(['$schema', '$id', 'id', 'nullable']);

/**
 * A tool's parameter schema in the words of JSON Schema 2020-12, whatever dialect it was written in:
 * Gemini's upper-case types, OpenAPI's `nullable`, boolean `exclusiveMinimum` of draft 4, item lists
 * of draft 7, type names of Python. What has no meaning there is dropped, so that it judges nothing.
 */
export function normalizeSchema(schema: JsonObject): JsonObject {
  const out: Record<string, Json> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (DROPPED.has(key)) continue;
    // Assigning `__proto__` would set it.
    Object.defineProperty(out, key, {
      value: member(key, value),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  renameType(out);
  if (schema.nullable === true) allowNull(out);
  if (out.required !== undefined && !isStringList(out.required)) delete out.required;
  for (const bound of ['Minimum', 'Maximum'] as const) {
    const exclusive = out[`exclusive${bound}`];
    const limit = out[bound.toLowerCase()];
    if (typeof exclusive !== 'boolean') continue;
    delete out[`exclusive${bound}`];
    if (exclusive && typeof limit === 'number') out[`exclusive${bound}`] = limit;
  }
  if (Array.isArray(schema.items)) {
    out.prefixItems = schema.items.map(subschema);
    delete out.items;
    if (schema.additionalItems !== undefined) out.items = subschema(schema.additionalItems);
  }
  delete out.additionalItems;
  return out;
}

function member(key: string, value: Json): Json {
  if (ONE.includes(key)) return subschema(value);
  if (MANY.includes(key)) return Array.isArray(value) ? value.map(subschema) : value;
  if (NAMED.includes(key) && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, subschema(child)]));
  }
  return value;
}

function subschema(value: Json): Json {
  return isJsonObject(value) ? normalizeSchema(value) : value;
}

function renameType(schema: Record<string, Json>): void {
  if (schema.type === undefined) return;
  const names = Array.isArray(schema.type) ? schema.type : [schema.type];
  const types = names.map((name) => {
    const lower = typeof name === 'string' ? name.toLowerCase() : '';
    return TYPES.has(lower) ? lower : Object.hasOwn(TYPE_NAMES, lower) ? (TYPE_NAMES[lower] ?? null) : null;
  });
  // `any` among the types, or a word that nobody knows: no constraint.
  if (types.length === 0 || types.includes(null)) delete schema.type;
  else schema.type = types.length === 1 ? (types[0] ?? null) : [...new Set(types)];
}

function allowNull(schema: Record<string, Json>): void {
  if (schema.type !== undefined) schema.type = [...new Set([schema.type, 'null'].flat())] as Json;
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...schema.enum, null];
}

function isStringList(value: Json): boolean {
  return (
    Array.isArray(value) &&
    value.every((item) => typeof item === 'string') &&
    new Set(value).size === value.length
  );
}
