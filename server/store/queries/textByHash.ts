import type { DuckDBConnection } from '@duckdb/node-api';
import { rows } from '../rows.ts';

/** A text stored by hash; null when there is none, or when the hash is not 64 hex digits. */
export async function textByHash(connection: DuckDBConnection, hash: string): Promise<string | null> {
  if (!/^[0-9a-f]{64}$/i.test(hash)) return null;
  const found = await rows<{ text: string }>(
    connection,
    'SELECT text FROM contents WHERE hash = from_hex($1)',
    [hash],
  );
  return found[0]?.text ?? null;
}
