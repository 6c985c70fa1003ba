import type { DuckDBConnection } from '@duckdb/node-api';
import { execute, rows } from './rows.ts';

const RUN_TABLES = ['run_messages', 'run_tool_sets', 'model_calls', 'analysed_runs', 'failures'];
const FILE_TABLES = ['runs', 'file_formats', 'skipped', 'problems', 'duplicate_runs', 'files'];

/** Deletes every row that came from a file. Shared texts stay until `sweep`. */
export async function removeFileRows(connection: DuckDBConnection, file: number): Promise<void> {
  for (const table of RUN_TABLES) {
    await execute(connection, `DELETE FROM ${table} WHERE run IN (SELECT run FROM runs WHERE file = $1)`, [
      file,
    ]);
  }
  for (const table of FILE_TABLES) await execute(connection, `DELETE FROM ${table} WHERE file = $1`, [file]);
}

/**
 * A file whose run gave way to another file's run of the same id must be read again once that other
 * run is gone; else the totals would depend on the order of changes.
 */
export async function reopenFreedDuplicates(connection: DuckDBConnection): Promise<void> {
  await connection.run(
    `UPDATE files SET fingerprint = '' WHERE fingerprint <> '' AND file IN (
       SELECT d.file FROM duplicate_runs d WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = d.id))`,
  );
}

/** The key of a file; null when the index does not hold it. */
export async function fileKey(connection: DuckDBConnection, name: string): Promise<number | null> {
  const sql = 'SELECT file FROM files WHERE name = $1';
  return (await rows<{ file: number }>(connection, sql, [name]))[0]?.file ?? null;
}
