import type { DuckDBConnection } from '@duckdb/node-api';
import { rows } from '../rows.ts';

/** A gap of more keys than one vector of the engine is worth a statement of its own. */
const GAP = 2048;

/** Past this many ranges one wide scan is cheaper than many narrow ones. */
const MOST_RANGES = 12;

/** Where at least one key in so many is wanted, reading all and dropping the others beats a join. */
const DENSE = 4;

interface Keyed {
  readonly key: number;
}

/**
 * Rows whose integer `column`, selected `AS key`, is among the given keys, ordered by it. `select`
 * ends before WHERE, `then` holds further sort keys. The engine skips every vector outside a plain
 * range without unpacking its texts; a run's keys lie close together but for those that it shares
 * with the first runs of all.
 */
export async function rowsByKeys<Row extends Keyed>(
  connection: DuckDBConnection,
  select: string,
  column: string,
  keys: Iterable<number>,
  then: readonly string[] = [],
): Promise<Row[]> {
  const between = `${select} WHERE ${column} BETWEEN $1 AND $2`;
  const among = `AND ${column} IN (SELECT unnest(string_split($3, ',')::INTEGER[]))`;
  const order = `ORDER BY ${[column, ...then].join()}`;
  const wanted = new Set(keys);
  const found: Row[] = [];
  for (const range of keyRanges(wanted)) {
    const [first = 0] = range;
    const last = range.at(-1) ?? first;
    const isDense = range.length * DENSE > last - first;
    const read = isDense
      ? await rows<Row>(connection, `${between} ${order}`, [first, last])
      : await rows<Row>(connection, `${between} ${among} ${order}`, [first, last, range.join()]);
    for (const row of read) if (wanted.has(row.key)) found.push(row);
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
