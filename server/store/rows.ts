import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { decodeText, encodeText } from './textCodec.ts';

/**
 * Runs one statement with bound parameters and returns its rows, texts decoded. The row type is
 * the statement's own promise and stands beside its SQL; counts are cast to INTEGER or DOUBLE
 * there, so that no bigint reaches the caller.
 */
export async function rows<Row>(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly DuckDBValue[] = [],
): Promise<Row[]> {
  const result = await connection.run(sql, parameters.map(encoded));
  const found = await result.getRowObjects();
  for (const row of found) {
    for (const name in row) {
      const value = row[name];
      if (typeof value === 'string') row[name] = decodeText(value);
    }
  }
  return found as Row[];
}

/** For statements whose rows nobody reads. */
export async function execute(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly DuckDBValue[] = [],
): Promise<void> {
  await connection.run(sql, parameters.map(encoded));
}

function encoded(value: DuckDBValue): DuckDBValue {
  return typeof value === 'string' ? encodeText(value) : value;
}
