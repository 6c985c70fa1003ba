import type { DuckDBConnection } from '@duckdb/node-api';
import { groupBy } from '../../model/groupBy.ts';
import { rows } from '../rows.ts';
import type { RunSummary } from '../traceIndex.ts';
import { RUN_COLUMNS, RUN_ORDER, type RunRow, runScalars } from './runColumns.ts';

interface SummaryRow extends RunRow {
  readonly messages: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** Every run without its texts: four scans, however many runs there are. */
export async function runSummaries(connection: DuckDBConnection): Promise<readonly RunSummary[]> {
  const runs = await rows<SummaryRow>(
    connection,
    `SELECT ${RUN_COLUMNS}, r.messages, r.model_calls AS "modelCalls", r.tool_calls AS "toolCalls",
       r.input_tokens AS "inputTokens", r.output_tokens AS "outputTokens"
     FROM runs r JOIN files f USING (file) ORDER BY ${RUN_ORDER}`,
  );
  const prompts = await rows<{ run: number; message: number; hash: string }>(
    connection,
    `SELECT p.run, p.position AS message, lower(hex(c.hash)) AS hash
     FROM run_messages p JOIN messages m USING (message) JOIN contents c USING (content)
     WHERE m.role IN ('system', 'developer') ORDER BY p.run, p.position`,
  );
  const toolSets = await rows<{ run: number; hash: string }>(
    connection,
    `SELECT p.run, lower(hex(s.hash)) AS hash FROM run_tool_sets p JOIN tool_sets s USING (tool_set)
     ORDER BY p.run, p.position`,
  );
  const calledTools = await rows<{ run: number; name: string; calls: number }>(
    connection,
    `SELECT p.run, t.name, count(*)::INTEGER AS calls
     FROM run_messages p JOIN tool_calls t USING (message) GROUP BY p.run, t.name ORDER BY p.run, t.name`,
  );
  const promptsByRun = groupBy(prompts, ({ run }) => run);
  const toolSetsByRun = groupBy(toolSets, ({ run }) => run);
  const calledByRun = groupBy(calledTools, ({ run }) => run);
  return runs.map((row) => ({
    ...runScalars(row),
    messages: row.messages,
    modelCalls: row.modelCalls,
    toolCalls: row.toolCalls,
    inputTokens: row.inputTokens,
    outputTokens: row.outputTokens,
    prompts: (promptsByRun.get(row.key) ?? []).map(({ message, hash }) => ({ message, hash })),
    toolSets: (toolSetsByRun.get(row.key) ?? []).map(({ hash }) => hash),
    calledTools: (calledByRun.get(row.key) ?? []).map(({ name, calls }) => ({ name, calls })),
  }));
}
