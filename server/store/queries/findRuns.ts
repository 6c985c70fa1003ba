import type { DuckDBConnection } from '@duckdb/node-api';
import { rows } from '../rows.ts';
import { RUN_ORDER } from './runColumns.ts';

/** Ids that a person may have meant: the exact one, else all that end so. */
export async function findRuns(connection: DuckDBConnection, idOrSuffix: string): Promise<readonly string[]> {
  if (idOrSuffix === '') return [];
  const found = await rows<{ id: string }>(
    connection,
    `SELECT r.id FROM runs r JOIN files f USING (file)
     WHERE ends_with(r.id, $1)
     ORDER BY ${RUN_ORDER}`,
    [idOrSuffix],
  );
  const ids = found.map(({ id }) => id);
  return ids.includes(idOrSuffix) ? [idOrSuffix] : ids;
}
