import type { DuckDBConnection } from '@duckdb/node-api';
import { rows } from '../rows.ts';
import { encodeList } from '../textCodec.ts';
import { RUN_ORDER } from './runColumns.ts';

export interface RunKey {
  readonly key: number;
  readonly messages: number;
  /** UTF-16 units of all texts. */
  readonly characters: number;
}

/** Which runs there are, all or the named ones, in order, with what reading each will cost. */
export async function runKeys(
  connection: DuckDBConnection,
  ids?: readonly string[],
): Promise<readonly RunKey[]> {
  return await rows<RunKey>(
    connection,
    `SELECT r.run AS key, (r.messages + r.model_calls)::INTEGER AS messages, r.characters
     FROM runs r JOIN files f USING (file)
     WHERE $1 IS NULL OR r.id IN (SELECT unnest(from_json($1, '["VARCHAR"]')))
     ORDER BY ${RUN_ORDER}`,
    [encodeList(ids)],
  );
}

/** The key of one run; null when there is no such run. */
export async function runKey(connection: DuckDBConnection, id: string): Promise<number | null> {
  const found = await rows<{ key: number }>(connection, 'SELECT run AS key FROM runs WHERE id = $1', [id]);
  return found[0]?.key ?? null;
}
