import { canonicalJson, type Json } from '../model/json.ts';
import { type RecordedCall, valuesAt } from './recordedCalls.ts';
import { inferFormat, type ValueFormat } from './valueFormats.ts';

/** What passing calls gave one parameter. */
export interface ParameterSummary {
  readonly path: string;
  readonly calls: number;
  /** Sessions among the calls that gave a value. */
  readonly sessions: number;
  readonly callsWithValue: number;
  readonly presence: 'always' | 'mostly' | 'sometimes' | 'rarely' | 'never';
  /** Most used first; equal counts in the order of their text. */
  readonly distinct: readonly DistinctValue[];
  /** Holds for every value; null when nothing narrower than text does. */
  readonly format: ValueFormat | null;
  /** Smallest and largest of the numbers; null without numbers. */
  readonly numbers: { readonly min: number; readonly max: number } | null;
  /** UTF-16 lengths of the strings, item counts of the arrays; null without either. */
  readonly lengths: { readonly min: number; readonly max: number } | null;
}

export interface DistinctValue {
  readonly value: Json;
  readonly calls: number;
  readonly sessions: number;
}

/** Summary over the given calls; callers pass the passing ones of the fixer's half. */
export function summarizeParameter(calls: readonly RecordedCall[], path: string): ParameterSummary {
  const byText = new Map<string, { value: Json; calls: number; sessions: Set<string> }>();
  const all: Json[] = [];
  const sessions = new Set<string>();
  let callsWithValue = 0;
  for (const call of calls) {
    const values = valuesAt(call.arguments, path);
    if (values.length === 0) continue;
    callsWithValue++;
    sessions.add(call.session);
    all.push(...values);
    for (const text of new Set(values.map(canonicalJson))) {
      const entry = byText.get(text) ?? { value: JSON.parse(text) as Json, calls: 0, sessions: new Set() };
      entry.calls++;
      entry.sessions.add(call.session);
      byText.set(text, entry);
    }
  }
  return {
    path,
    calls: calls.length,
    sessions: sessions.size,
    callsWithValue,
    presence: presenceOf(callsWithValue, calls.length),
    distinct: [...byText]
      .sort(([a, x], [b, y]) => y.calls - x.calls || (a < b ? -1 : 1))
      .map(([, entry]) => ({ value: entry.value, calls: entry.calls, sessions: entry.sessions.size })),
    format: inferFormat(all),
    numbers: range(all.filter((value) => typeof value === 'number')),
    lengths: range(
      all.flatMap((value) => (typeof value === 'string' || Array.isArray(value) ? [value.length] : [])),
    ),
  };
}

function presenceOf(present: number, calls: number): ParameterSummary['presence'] {
  if (present === 0) return 'never';
  const share = present / calls;
  if (share === 1) return 'always';
  if (share >= 0.9) return 'mostly';
  return share <= 0.1 ? 'rarely' : 'sometimes';
}

function range(numbers: readonly number[]): { readonly min: number; readonly max: number } | null {
  if (numbers.length === 0) return null;
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of numbers) {
    min = Math.min(min, number);
    max = Math.max(max, number);
  }
  return { min, max };
}
