import type { ErrorObject } from 'ajv/dist/2020.js';
import { groupBy } from '../model/groupBy.ts';
import type { Json } from '../model/json.ts';
import { oneLine } from './evidenceText.ts';

/** One violated rule of a schema in a person's terms. */
export interface ArgumentError {
  /** Property path as in `Failure.parameter`; empty when the arguments as a whole are meant. */
  readonly parameter: string;
  /** What the schema asks: `must match format "date"`. Free of values from the call. */
  readonly rule: string;
  /** The offending value, shortened; null where a missing or extra name is the offence. */
  readonly got: string | null;
}

const WRAPPERS = new Set(['anyOf', 'oneOf']);
/** They only repeat what another error of the same check says. */
const ECHOES = new Set(['if', 'allOf', 'propertyNames']);

/** The schema's complaints, one for each parameter and rule, in the validator's order. */
export function argumentErrors(errors: readonly ErrorObject[], args: Json): readonly ArgumentError[] {
  const found = new Map<string, ArgumentError>();
  for (const error of withoutAlternatives(errors)) {
    if (ECHOES.has(error.keyword) && errors.length > 1) continue;
    const described = describe(error, args);
    const key = `${described.parameter}\n${described.rule}`;
    if (!found.has(key)) found.set(key, described);
  }
  return [...found.values()];
}

/**
 * Every branch of a failed `anyOf` complains. Where all but one fail on the type alone (`null` beside
 * the real thing), the errors of that one count; else only the choice as a whole.
 */
function withoutAlternatives(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  let kept = errors;
  for (const wrapper of errors) {
    if (!WRAPPERS.has(wrapper.keyword)) continue;
    const inside = (error: ErrorObject) => error.schemaPath.startsWith(`${wrapper.schemaPath}/`);
    const branches = groupBy(kept.filter(inside), (error) =>
      error.schemaPath.slice(wrapper.schemaPath.length + 1).replace(/\/.*$/s, ''),
    );
    const meant = [...branches.values()].filter(
      (branch) =>
        !branch.every((error) => error.keyword === 'type' && error.instancePath === wrapper.instancePath),
    );
    const only = meant.length === 1 ? meant[0] : undefined;
    kept = kept.filter((error) =>
      only === undefined ? !inside(error) : error !== wrapper && (!inside(error) || only.includes(error)),
    );
  }
  return kept;
}

function describe(error: ErrorObject, args: Json): ArgumentError {
  const at = parameterPath(error.instancePath, args);
  const child = (name: unknown) => [at, escapePointer(String(name))].filter((part) => part !== '').join('/');
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
      return { parameter: child(error.params.missingProperty), rule: 'is missing', got: null };
    case 'additionalProperties':
      return { parameter: child(error.params.additionalProperty), rule: 'is not a parameter', got: null };
    case 'unevaluatedProperties':
      return { parameter: child(error.params.unevaluatedProperty), rule: 'is not a parameter', got: null };
    case 'enum':
      return {
        parameter: at,
        rule: `must be one of ${allowed(error.params.allowedValues)}`,
        got: shown(error.data),
      };
    case 'const':
      return { parameter: at, rule: `must be ${shown(error.params.allowedValue)}`, got: shown(error.data) };
    default:
      return { parameter: at, rule: oneLine(error.message ?? error.keyword, 100), got: shown(error.data) };
  }
}

// A pointer such as /flights/0/date; an index becomes `*`, and only where the value really is a list.
function parameterPath(instancePath: string, args: Json): string {
  let value: unknown = args;
  const parts = instancePath
    .split('/')
    .slice(1)
    .map((part) => {
      const isItem = Array.isArray(value);
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      value =
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
      return isItem ? '*' : part;
    });
  return parts.join('/');
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function allowed(values: unknown): string {
  const list = Array.isArray(values) ? values : [];
  const names = list.slice(0, 6).map((value) => oneLine(String(value), 30));
  return list.length > 6 ? `${names.join(', ')}, … (${list.length})` : names.join(', ');
}

function shown(value: unknown): string {
  return oneLine(JSON.stringify(value)?.slice(0, 200) ?? 'nothing', 40);
}
