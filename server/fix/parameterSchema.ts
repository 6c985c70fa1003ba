import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { ToolDefinition } from '../model/run.ts';
import { pathSteps } from './recordedCalls.ts';
import { knownFormats, type ValueFormat } from './valueFormats.ts';

/** The JSON Schema of one parameter, local `$ref` followed; null when the tool declares none there. */
export function schemaAt(definition: ToolDefinition, path: string): JsonObject | null {
  const root = definition.parameters;
  let schema: JsonObject | null = root;
  for (const step of pathSteps(path)) {
    if (root === null || schema === null) return null;
    schema = child(root, schema, step);
  }
  return root === null || schema === null ? null : resolve(root, schema);
}

function child(root: JsonObject, schema: JsonObject, step: string): JsonObject | null {
  const own = resolve(root, schema);
  const properties = own.properties;
  if (step !== '*' && isJsonObject(properties) && Object.hasOwn(properties, step)) {
    const property = properties[step];
    return isJsonObject(property) ? property : null;
  }
  if (step === '*' && isJsonObject(own.items)) return own.items;
  for (const keyword of ['anyOf', 'oneOf', 'allOf'] as const) {
    const branches: Json | undefined = own[keyword];
    if (!Array.isArray(branches)) continue;
    for (const branch of branches) {
      const found = isJsonObject(branch) ? child(root, branch, step) : null;
      if (found !== null) return found;
    }
  }
  return null;
}

/** A chain of references longer than eight is a loop or as good as one. */
function resolve(root: JsonObject, schema: JsonObject): JsonObject {
  let current = schema;
  for (let hops = 0; hops < 8 && typeof current.$ref === 'string' && current.$ref.startsWith('#/'); hops++) {
    let target: Json | undefined = root;
    for (const step of pathSteps(current.$ref.slice(2)))
      target = isJsonObject(target) ? target[step] : undefined;
    if (!isJsonObject(target)) break;
    current = target;
  }
  return current;
}

/** Parameter paths that the schema declares at its first level, in its order. */
export function declaredParameters(definition: ToolDefinition): readonly string[] {
  const properties = definition.parameters?.properties;
  if (!isJsonObject(properties)) return [];
  return Object.keys(properties).map((name) => name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** The description that today's file gives the parameter, or the tool when `path` is null. */
export function currentDescription(definition: ToolDefinition, path: string | null): string {
  if (path === null) return definition.description ?? '';
  const description = schemaAt(definition, path)?.description;
  return typeof description === 'string' ? description : '';
}

export function schemaEnum(schema: JsonObject | null): readonly Json[] | null {
  return Array.isArray(schema?.enum) && schema.enum.length > 0 ? schema.enum : null;
}

/** The form that the schema demands; null when it says no more than "string" or "object". */
export function schemaFormat(schema: JsonObject | null): ValueFormat | null {
  if (schema === null) return null;
  const id = typeof schema.format === 'string' ? formatIds[schema.format] : undefined;
  const wanted = id ?? numberIds[String(schema.type)];
  return knownFormats.find((format) => format.id === wanted) ?? null;
}

const formatIds: Readonly<Record<string, string>> = {
  date: 'date',
  'date-time': 'date-time',
  email: 'email',
  uuid: 'uuid',
};

const numberIds: Readonly<Record<string, string>> = {
  integer: 'integer',
  number: 'decimal',
  boolean: 'boolean',
};
