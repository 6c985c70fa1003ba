import type { DuckDBConnection } from '@duckdb/node-api';
import { execute, rows } from './rows.ts';

export async function readMeta(connection: DuckDBConnection, key: string): Promise<string | null> {
  return (
    (await rows<{ value: string }>(connection, 'SELECT value FROM meta WHERE key = $1', [key]))[0]?.value ??
    null
  );
}

export async function writeMeta(connection: DuckDBConnection, key: string, value: string): Promise<void> {
  await execute(connection, 'DELETE FROM meta WHERE key = $1', [key]);
  await execute(connection, 'INSERT INTO meta VALUES ($1, $2)', [key, value]);
}

/** Called in the transaction of every change of the runs. The schema's first step wrote the row. */
export async function advanceRevision(connection: DuckDBConnection): Promise<void> {
  await connection.run(`UPDATE meta SET value = (value::INTEGER + 1)::VARCHAR WHERE key = 'revision'`);
}

export async function readRevision(connection: DuckDBConnection): Promise<number> {
  return Number((await readMeta(connection, 'revision')) ?? 0);
}
