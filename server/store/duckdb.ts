import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export type DuckDb = typeof import('@duckdb/node-api');

/**
 * Loads the engine on first need: it costs about 100 ms and 27 MB, which a window without traces
 * must not pay. Node caches the module, so a second call is free.
 */
export function loadDuckDb(): Promise<DuckDb> {
  return import('@duckdb/node-api');
}

/**
 * Trace texts pass through this engine, so it may touch no file but its own and no statement may
 * loosen that again. Small blocks and the newest storage format (zstd for texts) keep an index of
 * some hundred runs well under a megabyte; blocks below 32 KB would lose bit packing of integers.
 */
const CONFIGURATION: Readonly<Record<string, string>> = {
  enable_external_access: 'false',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  lock_configuration: 'true',
  storage_compatibility_version: 'latest',
  default_block_size: '32768',
  memory_limit: '1GB',
  threads: '2',
};

/**
 * Opens a database file, or a fresh one in memory. Rejects when the engine cannot.
 * Files go through the engine's cache because two instances of one file in one process would not
 * see each other's writes; every `:memory:` is its own.
 */
export async function openInstance(duckdb: DuckDb, path: string): Promise<DuckDBInstance> {
  return path === ':memory:'
    ? await duckdb.DuckDBInstance.create(path, { ...CONFIGURATION })
    : await duckdb.DuckDBInstance.fromCache(path, { ...CONFIGURATION });
}

/** True when the engine can open the file and read its catalogue. Leaves nothing open. */
export async function canOpen(duckdb: DuckDb, path: string): Promise<boolean> {
  let instance: DuckDBInstance | null = null;
  let connection: DuckDBConnection | null = null;
  try {
    instance = await openInstance(duckdb, path);
    connection = await instance.connect();
    await connection.run('SELECT count(*) FROM duckdb_tables()');
    return true;
  } catch {
    return false;
  } finally {
    connection?.closeSync();
    instance?.closeSync();
  }
}
