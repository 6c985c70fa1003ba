import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { ToolDefinition } from '../model/run.ts';
import { schemaAt, schemaFormat } from './parameterSchema.ts';
import { pathSteps } from './recordedCalls.ts';

/** The form that a schema demands of one parameter, by itself and without any call. */
export interface SchemaForm {
  /** Begins a sentence: `Integer from 10 to 60`. */
  readonly words: string;
  /** Checks type, bounds and lengths; a pattern is never run, as it may be an unsafe one. */
  readonly matches: (value: Json) => boolean;
  readonly hasPattern: boolean;
  /** True when it says no more than "text". */
  readonly isBare: boolean;
  /** True for a date, a UUID and the like, whose form can be told from calls as well. */
  readonly isKnownFormat: boolean;
}

/** The rule of an `invalid-arguments` signature: `duration_min: must be integer` -> `must be integer`. */
export function schemaRule(signature: string): string {
  return signature.replace(/^[^\s:]+: /, '');
}

/** Rules of the validator, and the keywords of which one must stand in the schema to be its source. */
const rules: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^must be (?:integer|number|string|boolean|array|object|null)(?:,|$)/, ['type']],
  [/^must be >=? /, ['minimum', 'exclusiveMinimum']],
  [/^must be <=? /, ['maximum', 'exclusiveMaximum']],
  [/^must be multiple of /, ['multipleOf']],
  [/^must NOT have fewer than /, ['minItems', 'minLength']],
  [/^must NOT have more than /, ['maxItems', 'maxLength']],
  [/^must NOT have duplicate items/, ['uniqueItems']],
  [/^must match pattern /, ['pattern']],
  [/^must match format /, ['format']],
];

/**
 * True when today's schema names the violated rule itself, so that no call is needed to know what to state.
 * An older wording may have demanded what today's schema does not.
 */
export function schemaNames(definition: ToolDefinition, path: string, rule: string): boolean {
  const schema = soleBranch(schemaAt(definition, path));
  if (schema === null) return false;
  const keywords = rules.find(([pattern]) => pattern.test(rule))?.[1] ?? [];
  return keywords.some((keyword) => schema[keyword] !== undefined);
}

/** True when the object around the parameter lists it as required. */
export function isRequired(definition: ToolDefinition, path: string): boolean {
  const cut = path.lastIndexOf('/');
  const parent = schemaAt(definition, cut < 0 ? '' : path.slice(0, cut));
  const name = pathSteps(path).at(-1);
  return Array.isArray(parent?.required) && name !== undefined && parent.required.includes(name);
}

/** Null when the schema names no type, or several. */
export function schemaForm(definition: ToolDefinition, path: string): SchemaForm | null {
  const own = schemaAt(definition, path);
  const schema = soleBranch(own);
  const type = soleType(schema);
  if (schema === null || type === null) return null;
  const limits = limitWords(schema, type);
  const known = type === 'string' ? schemaFormat(schema) : null;
  const named = type === 'string' ? (known?.words ?? formatName(schema)) : null;
  const noun = named ?? nouns[type]?.(schema);
  if (noun === undefined) return null;
  const allowsNull = schema !== own || Array.isArray(schema.type);
  const words = `${noun}${limits}${allowsNull ? ', or null' : ''}`;
  return {
    words: words.charAt(0).toUpperCase() + words.slice(1),
    matches: (value) => hasType(value, type) && isWithin(value, schema) && (known?.matches(value) ?? true),
    hasPattern: type === 'string' && typeof schema.pattern === 'string',
    isBare: type === 'string' && named === null && limits === '',
    isKnownFormat: known !== null,
  };
}

/** `anyOf: [the real thing, null]` is the real thing. */
function soleBranch(schema: JsonObject | null): JsonObject | null {
  const branches: Json | undefined = schema?.anyOf ?? schema?.oneOf;
  if (!Array.isArray(branches) || schema?.type !== undefined) return schema;
  const meant = branches.filter((branch) => isJsonObject(branch) && branch.type !== 'null');
  const only = meant[0];
  return meant.length === 1 && branches.length === 2 && isJsonObject(only) ? only : schema;
}

function soleType(schema: JsonObject | null): string | null {
  const type: Json | undefined = schema?.type;
  const types = (Array.isArray(type) ? type : [type]).filter((name) => name !== 'null');
  return types.length === 1 && typeof types[0] === 'string' ? types[0] : null;
}

function formatName(schema: JsonObject): string | null {
  return typeof schema.format === 'string' ? `text in the format ${schema.format}` : null;
}

const nouns: Readonly<Record<string, (schema: JsonObject) => string>> = {
  integer: () => 'integer',
  number: () => 'number',
  boolean: () => 'true or false',
  string: () => 'text',
  array: ({ items }) => `JSON array${isJsonObject(items) ? (itemWords[String(items.type)] ?? '') : ''}`,
  object: () => 'JSON object',
};

const itemWords: Readonly<Record<string, string>> = {
  string: ' of strings',
  integer: ' of integers',
  number: ' of numbers',
  object: ' of objects',
};

function limitWords(schema: JsonObject, type: string): string {
  if (type === 'integer' || type === 'number') {
    const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = schema;
    return [
      range(minimum, maximum, ''),
      typeof above === 'number' ? ` above ${above}` : '',
      typeof below === 'number' ? ` below ${below}` : '',
      typeof multipleOf === 'number' ? ` in steps of ${multipleOf}` : '',
    ].join('');
  }
  if (type === 'string') {
    const pattern = typeof schema.pattern === 'string' ? ` that matches ${schema.pattern}` : '';
    return range(schema.minLength, schema.maxLength, 'character') + pattern;
  }
  if (type !== 'array') return '';
  return (
    range(schema.minItems, schema.maxItems, 'item') + (schema.uniqueItems === true ? ', no two alike' : '')
  );
}

/** `unit` empty for the numbers themselves. */
function range(low: Json | undefined, high: Json | undefined, unit: string): string {
  const [hasLow, hasHigh] = [typeof low === 'number', typeof high === 'number'];
  const units = unit === '' ? '' : ` ${unit}${(hasHigh ? high : low) === 1 ? '' : 's'}`;
  if (hasLow && hasHigh) {
    const span = low === high ? String(low) : `${low} to ${high}`;
    return unit === '' ? ` from ${low} to ${high}` : ` of ${span}${units}`;
  }
  if (hasLow) return ` of at least ${low}${units}`;
  return hasHigh ? ` of at most ${high}${units}` : '';
}

function hasType(value: Json, type: string): boolean {
  if (type === 'integer') return typeof value === 'number' && Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJsonObject(value);
  // The schema's names for the rest are the language's own.
  return typeof value === type;
}

function isWithin(value: Json, schema: JsonObject): boolean {
  const isBetween = (size: number, low: Json | undefined, high: Json | undefined) =>
    !(typeof low === 'number' && size < low) && !(typeof high === 'number' && size > high);
  if (typeof value === 'string') return isBetween(value.length, schema.minLength, schema.maxLength);
  if (Array.isArray(value)) return isBetween(value.length, schema.minItems, schema.maxItems);
  if (typeof value !== 'number') return true;
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf: step } = schema;
  if (typeof above === 'number' && value <= above) return false;
  if (typeof below === 'number' && value >= below) return false;
  if (typeof step === 'number' && Math.abs(value / step - Math.round(value / step)) > 1e-9) return false;
  return isBetween(value, minimum, maximum);
}
