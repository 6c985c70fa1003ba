import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { sha256 } from '../model/hash.ts';
import { canonicalJson, type Json, type JsonObject } from '../model/json.ts';
import { normalizeSchema } from './normalizeSchema.ts';
import { untrustedPattern } from './untrustedPattern.ts';

const LARGEST_SCHEMA = 200_000;
const MOST_COMPILED = 500;

/** What a check of arguments found; null where this schema cannot judge (it does not compile, or a pattern is unsafe). */
export type SchemaCheck = readonly ErrorObject[] | null;

/** Compiled schemas by hash of their canonical text, oldest use first. A cache only: it changes no answer. */
const compiled = new Map<string, ValidateFunction | null>();
/** The same by object, since one definition serves thousands of calls. */
const byObject = new WeakMap<JsonObject, { readonly validate: ValidateFunction | null }>();

/** An instance keeps the patterns of all it ever compiled, so it is renewed now and then. */
let ajv = newAjv();
let compilations = 0;

/** Validates without coercion or defaults and reports every error, in the schema's own order. Never throws. */
export function checkArguments(schema: JsonObject, args: Json): SchemaCheck {
  const validate = validator(schema);
  if (validate === null) return null;
  try {
    return validate(args) ? [] : (validate.errors ?? []);
  } catch {
    // Patterns refuse by throwing; recursive schemas can exhaust the stack.
    return null;
  }
}

function validator(schema: JsonObject): ValidateFunction | null {
  const known = byObject.get(schema);
  if (known !== undefined) return known.validate;
  const validate = compile(schema);
  byObject.set(schema, { validate });
  return validate;
}

function compile(schema: JsonObject): ValidateFunction | null {
  try {
    const text = canonicalJson(schema);
    if (text.length > LARGEST_SCHEMA) return null;
    // Key order decides the order of errors, so it is part of the key.
    const key = sha256(JSON.stringify(schema));
    const cached = compiled.get(key);
    if (cached !== undefined) {
      compiled.delete(key);
      compiled.set(key, cached);
      return cached;
    }
    const validate = compileNew(normalizeSchema(schema));
    compiled.set(key, validate);
    const [oldest] = compiled.keys();
    if (compiled.size > MOST_COMPILED && oldest !== undefined) compiled.delete(oldest);
    return validate;
  } catch {
    return null;
  }
}

function compileNew(schema: JsonObject): ValidateFunction | null {
  if (++compilations % MOST_COMPILED === 0) ajv = newAjv();
  try {
    return ajv.compile(schema);
  } catch {
    return null;
  } finally {
    // Ajv keeps every schema by object for ever.
    ajv.removeSchema(schema);
  }
}

function newAjv(): Ajv2020 {
  const instance = new Ajv2020({
    allErrors: true,
    strict: false,
    validateSchema: false,
    validateFormats: true,
    addUsedSchema: false,
    coerceTypes: false,
    useDefaults: false,
    logger: false,
    verbose: true,
    code: { regExp: untrustedPattern },
  });
  addFormats.default(instance);
  return instance;
}
