import type { DuckDBConnection } from '@duckdb/node-api';
import { execute, rows } from './rows.ts';
import type { Migration } from './schema.ts';

export type MigrationResult =
  | { readonly ok: true; readonly from: number; readonly to: number }
  | { readonly ok: false; readonly reason: 'newer-version'; readonly version: number }
  /** Tables of somebody else: the path names a database that is not ours to change. */
  | { readonly ok: false; readonly reason: 'not-an-index' };

/**
 * Brings the open database to the last migration's version, each step in its own transaction, so
 * that an interrupted upgrade resumes at the step it was in. Version 0 is an empty database.
 */
export async function migrate(
  connection: DuckDBConnection,
  migrations: readonly Migration[],
): Promise<MigrationResult> {
  const from = await schemaVersion(connection);
  if (from === null) return { ok: false, reason: 'not-an-index' };
  const to = migrations.at(-1)?.version ?? 0;
  if (from > to) return { ok: false, reason: 'newer-version', version: from };
  for (const { version, statements } of migrations) {
    if (version <= from) continue;
    await connection.run('BEGIN');
    try {
      await connection.run('CREATE TABLE IF NOT EXISTS meta (key VARCHAR, value VARCHAR)');
      for (const statement of statements) await connection.run(statement);
      await execute(connection, `DELETE FROM meta WHERE key = 'schemaVersion'`);
      await execute(connection, `INSERT INTO meta VALUES ('schemaVersion', $1)`, [String(version)]);
      await connection.run('COMMIT');
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }
  return { ok: true, from, to };
}

/** Null for a database with tables but without our version row. */
async function schemaVersion(connection: DuckDBConnection): Promise<number | null> {
  const tables = await rows<{ name: string }>(
    connection,
    'SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary',
  );
  if (tables.length === 0) return 0;
  if (!tables.some(({ name }) => name === 'meta')) return null;
  const columns = await rows<{ name: string }>(
    connection,
    `SELECT column_name AS name FROM duckdb_columns() WHERE table_name = 'meta' ORDER BY column_index`,
  );
  if (columns.map(({ name }) => name).join() !== 'key,value') return null;
  const [found] = await rows<{ value: string }>(
    connection,
    `SELECT value FROM meta WHERE key = 'schemaVersion'`,
  );
  const version = Number(found?.value);
  return Number.isInteger(version) && version > 0 ? version : null;
}
