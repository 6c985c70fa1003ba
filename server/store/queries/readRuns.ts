import type { DuckDBConnection } from '@duckdb/node-api';
import type { Message, Run, ToolDefinition } from '../../model/run.ts';
import { messagesOf } from './messagesOf.ts';
import { modelCallsOf } from './modelCallsOf.ts';
import { rowsByKeys } from './rowsByKeys.ts';
import { RUN_COLUMNS, type RunRow, runScalars } from './runColumns.ts';
import { toolSetsOf } from './toolSetsOf.ts';

/** Whole runs by key, in the keys' order. Keys of runs that are gone are left out. */
export async function readRuns(
  connection: DuckDBConnection,
  keys: readonly number[],
): Promise<readonly Run[]> {
  const scalars = await rowsByKeys<RunRow>(
    connection,
    `SELECT ${RUN_COLUMNS} FROM runs r JOIN files f USING (file)`,
    'r.run',
    keys,
  );
  const messages = await messagesOf(connection, keys);
  const calls = await modelCallsOf(connection, keys);
  const toolSets = await toolSetsOf(connection, keys);
  const byKey = new Map(scalars.map((row) => [row.key, row]));
  const runs: Run[] = [];
  for (const key of keys) {
    const row = byKey.get(key);
    if (row === undefined) continue;
    const runMessages: readonly Message[] = messages.get(key) ?? [];
    const runToolSets: readonly (readonly ToolDefinition[])[] = toolSets.get(key) ?? [];
    runs.push({
      ...runScalars(row),
      messages: runMessages,
      modelCalls: calls.get(key) ?? [],
      toolSets: runToolSets,
    });
  }
  return runs;
}
