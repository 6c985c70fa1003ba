import type { DuckDBConnection } from '@duckdb/node-api';
import { execute, rows } from './rows.ts';

export async function readDocument(connection: DuckDBConnection, name: string): Promise<string | null> {
  const found = await rows<{ json: string }>(connection, 'SELECT json FROM documents WHERE name = $1', [
    name,
  ]);
  return found[0]?.json ?? null;
}

export async function writeDocument(
  connection: DuckDBConnection,
  name: string,
  json: string | null,
): Promise<void> {
  await execute(connection, 'DELETE FROM documents WHERE name = $1', [name]);
  if (json !== null) await execute(connection, 'INSERT INTO documents VALUES ($1, $2)', [name, json]);
}
