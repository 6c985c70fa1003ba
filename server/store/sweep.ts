import type { DuckDBConnection } from '@duckdb/node-api';

/** Outermost first: what a deleted row referred to may become free itself. */
const STATEMENTS = [
  'DELETE FROM messages WHERE message NOT IN (SELECT message FROM run_messages)',
  'DELETE FROM tool_calls WHERE message NOT IN (SELECT message FROM messages)',
  `DELETE FROM contents WHERE content NOT IN (SELECT content FROM messages WHERE content IS NOT NULL
     UNION ALL SELECT content FROM tool_calls WHERE content IS NOT NULL)`,
  'DELETE FROM tool_sets WHERE tool_set NOT IN (SELECT tool_set FROM run_tool_sets)',
  'DELETE FROM tool_set_definitions WHERE tool_set NOT IN (SELECT tool_set FROM tool_sets)',
  'DELETE FROM tool_definitions WHERE definition NOT IN (SELECT definition FROM tool_set_definitions)',
];

/** Deletes shared rows that nothing refers to. Runs inside a transaction. */
export async function sweep(connection: DuckDBConnection): Promise<void> {
  for (const statement of STATEMENTS) await connection.run(statement);
}
