import type { Json } from '../model/json.ts';
import { looksPersonal } from './personalValues.ts';
import type { DistinctValue, ParameterSummary } from './summarizeParameter.ts';
import type { ValueFormat } from './valueFormats.ts';

/** Sessions that must share a numbered id before it counts as a thing of the catalogue, like a flight. */
const sharedBySessions = 3;

/** Forms whose values say nothing beyond the form's own words. */
const selfEvident = new Set(['boolean', 'array', 'object']);

/**
 * A value to show in a description: one that passing calls used, never one that failing calls used too,
 * nor one that names a person, an account or a key (then a made-up one of the same form). Null when
 * neither is to be had.
 */
export function chooseExample(
  passing: readonly DistinctValue[],
  format: ValueFormat,
  failingTexts: ReadonlySet<string>,
): string | null {
  if (selfEvident.has(format.id)) return null;
  const recorded = passing
    .filter(
      ({ sessions }) => format.isPublic || (format.id === 'prefixed-id' && sessions >= sharedBySessions),
    )
    .map(({ value }) => exampleText(value))
    .find((text) => !failingTexts.has(text) && !looksPersonal(text));
  if (recorded !== undefined) return recorded;
  return failingTexts.has(format.neutral) ? null : format.neutral;
}

/** Few enough to list, many enough to trust: the rule behind "Values that work". */
const closedList = { maxValues: 8, minCalls: 20, minCallsEach: 3, minSessionsEach: 2 };

/** Formats whose values are an open set however few of them were recorded. */
const openFormats = new Set([
  'date',
  'date-time',
  'date-time-utc',
  'time',
  'uuid',
  'email',
  'integer',
  'decimal',
  'decimal-text',
  'boolean',
  'prefixed-id',
  'ticker',
  'upper-case-code',
  'upper-case-id',
  'digits',
  'array',
  'object',
]);

/**
 * The distinct values when a handful of them covers all passing calls with enough support in each;
 * null otherwise, because a list that is closed too early forbids what would have worked.
 */
export function closedValues(summary: ParameterSummary): readonly string[] | null {
  const { distinct, format } = summary;
  if (format !== null && openFormats.has(format.id)) return null;
  if (summary.callsWithValue < closedList.minCalls) return null;
  if (distinct.length < 2 || distinct.length > closedList.maxValues) return null;
  const texts: string[] = [];
  for (const { value, calls, sessions } of distinct) {
    if (typeof value !== 'string' || !/^[\w][\w .:/+-]{0,39}$/.test(value) || looksPersonal(value))
      return null;
    if (calls < closedList.minCallsEach || sessions < closedList.minSessionsEach) return null;
    texts.push(value);
  }
  return texts.sort();
}

export function exampleText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
