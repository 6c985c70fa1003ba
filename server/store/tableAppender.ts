import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { DuckDb } from './duckdb.ts';
import { encodeText } from './textCodec.ts';

/** Collects rows of one table by column; the engine takes whole columns far faster than values. */
export interface TableAppender {
  push(...row: readonly DuckDBValue[]): void;
  /** Makes all rows visible to the connection's own statements. */
  flush(): void;
  /** Ends the appender; rows not flushed are dropped. */
  close(): void;
}

/** The engine's own limit for one chunk. */
const ROWS_PER_CHUNK = 2048;

export async function openTableAppender(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  table: string,
): Promise<TableAppender> {
  const appender = await connection.createAppender(table);
  const types: DuckDBType[] = [];
  for (let column = 0; column < appender.columnCount; column++) types.push(appender.columnType(column));
  const columns: DuckDBValue[][] = types.map(() => []);
  let count = 0;
  let hasUnflushed = false;

  function appendChunk(): void {
    if (count === 0) return;
    const chunk = duckdb.DuckDBDataChunk.create(types, count);
    chunk.setColumns(columns);
    appender.appendDataChunk(chunk);
    hasUnflushed = true;
    for (const column of columns) column.length = 0;
    count = 0;
  }

  return {
    push(...row) {
      if (row.length !== types.length) throw new Error(`${table} has ${types.length} columns.`);
      for (const [column, values] of columns.entries()) {
        const value = row[column] ?? null;
        values.push(typeof value === 'string' ? encodeText(value) : value);
      }
      if (++count === ROWS_PER_CHUNK) appendChunk();
    },
    flush() {
      appendChunk();
      if (!hasUnflushed) return;
      appender.flushSync();
      hasUnflushed = false;
    },
    close() {
      appender.clear();
      appender.closeSync();
    },
  };
}
