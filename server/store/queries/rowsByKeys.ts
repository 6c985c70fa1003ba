import type { DuckDBConnection } from '@duckdb/node-api';
import { rows } from '../rows.ts';

/** A gap of more keys than this is worth a statement of its own: three vectors of the engine. */
const GAP = 6144;

/** Past this many ranges one wide scan is cheaper than many narrow ones. */
const MOST_RANGES = 12;

/**
 * Rows whose integer key is among the given ones, ordered by it. `select` ends before WHERE, `then`
 * holds further sort keys. The engine skips every vector outside a plain range without unpacking
 * its texts, which a list alone does not let it do; and a run's keys lie close together but for
 * those that it shares with the first runs of all.
 */
export async function rowsByKeys<Row>(
  connection: DuckDBConnection,
  select: string,
  column: string,
  keys: Iterable<number>,
  then: readonly string[] = [],
): Promise<Row[]> {
  const sql = `${select} WHERE ${column} BETWEEN $1 AND $2
    AND ${column} IN (SELECT unnest(string_split($3, ',')::INTEGER[])) ORDER BY ${[column, ...then].join()}`;
  const found: Row[] = [];
  for (const range of keyRanges(keys)) {
    const [first = 0] = range;
    for (const row of await rows<Row>(connection, sql, [first, range.at(-1) ?? first, range.join()]))
      found.push(row);
  }
  return found;
}

/** The distinct keys, ascending, cut at wide gaps. */
export function keyRanges(keys: Iterable<number>): readonly (readonly number[])[] {
  const sorted = [...new Set(keys)].sort((a, b) => a - b);
  const ranges: number[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const key of sorted) {
    if (key - last > GAP) ranges.push([]);
    ranges.at(-1)?.push(key);
    last = key;
  }
  return ranges.length > MOST_RANGES ? [sorted] : ranges;
}
