import type { DuckDBConnection } from '@duckdb/node-api';
import type { DuckDb } from './duckdb.ts';
import { readMeta, writeMeta } from './meta.ts';
import { execute, rows } from './rows.ts';
import { openTableAppender } from './tableAppender.ts';
import type { Analysis } from './traceIndex.ts';

/** Runs inside a transaction: either all of an analysis is stored, or nothing of it. */
export async function writeAnalysis(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  { key, failuresByRun }: Analysis,
): Promise<void> {
  if ((await readMeta(connection, 'analysisKey')) !== key) {
    await connection.run('DELETE FROM failures');
    await connection.run('DELETE FROM analysed_runs');
    await writeMeta(connection, 'analysisKey', key);
  }
  const known = await rows<{ id: string; run: number }>(connection, 'SELECT id, run FROM runs');
  const replaced = known.filter(({ id }) => failuresByRun.has(id));
  const list = replaced.map(({ run }) => run).join();
  if (list === '') return;
  for (const table of ['failures', 'analysed_runs']) {
    const sql = `DELETE FROM ${table} WHERE run IN (SELECT unnest(string_split($1, ',')::INTEGER[]))`;
    await execute(connection, sql, [list]);
  }
  const failures = await openTableAppender(duckdb, connection, 'failures');
  const analysed = await openTableAppender(duckdb, connection, 'analysed_runs');
  try {
    for (const { id, run } of replaced) {
      analysed.push(run);
      for (const [position, failure] of (failuresByRun.get(id) ?? []).entries()) {
        failures.push(
          run,
          position,
          failure.kind,
          failure.message,
          failure.decision,
          failure.toolCallId,
          failure.toolCallIndex,
          failure.tool,
          failure.parameter,
          failure.evidence,
          failure.blame,
          failure.certainty,
          failure.signature,
        );
      }
    }
    failures.flush();
    analysed.flush();
  } finally {
    failures.close();
    analysed.close();
  }
}
