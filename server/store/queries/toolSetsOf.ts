import type { DuckDBConnection } from '@duckdb/node-api';
import { groupBy } from '../../model/groupBy.ts';
import type { ToolDefinition } from '../../model/run.ts';
import { rows } from '../rows.ts';
import { rowsByKeys } from './rowsByKeys.ts';

interface DefinitionRow {
  readonly key: number;
  readonly name: string;
  readonly json: string;
}

type ToolSet = readonly ToolDefinition[];

/** Lists of offered tools by run key. One object per distinct list, shared between runs. */
export async function toolSetsOf(
  connection: DuckDBConnection,
  runs: readonly number[],
): Promise<ReadonlyMap<number, readonly ToolSet[]>> {
  const places = await rowsByKeys<{ key: number; set: number }>(
    connection,
    'SELECT run AS key, tool_set AS set FROM run_tool_sets',
    'run',
    runs,
    ['position'],
  );
  if (places.length === 0) return new Map();
  const definitions = await rowsByKeys<DefinitionRow>(
    connection,
    `SELECT s.tool_set AS key, d.name, d.json
     FROM tool_set_definitions s JOIN tool_definitions d USING (definition)`,
    's.tool_set',
    places.map(({ set }) => set),
    ['s.position'],
  );
  const rowsBySet = groupBy(definitions, ({ key }) => key);
  const sets = new Map<number, ToolSet>();
  const byRun = new Map<number, ToolSet[]>();
  for (const { key: run, set } of places) {
    const tools = sets.get(set) ?? (rowsBySet.get(set) ?? []).map(toDefinition);
    sets.set(set, tools);
    const list = byRun.get(run);
    if (list === undefined) byRun.set(run, [tools]);
    else list.push(tools);
  }
  return byRun;
}

/** The list that a run summary names by hash; null when it is not stored. */
export async function toolSetByHash(connection: DuckDBConnection, hash: string): Promise<ToolSet | null> {
  const sets = await rows<{ set: number }>(
    connection,
    'SELECT tool_set AS set FROM tool_sets WHERE hash = from_hex($1)',
    [hash],
  );
  const [set] = sets;
  if (set === undefined) return null;
  const definitions = await rows<DefinitionRow>(
    connection,
    `SELECT s.tool_set AS key, d.name, d.json
     FROM tool_set_definitions s JOIN tool_definitions d USING (definition)
     WHERE s.tool_set = $1 ORDER BY s.position`,
    [set.set],
  );
  return definitions.map(toDefinition);
}

function toDefinition(row: DefinitionRow): ToolDefinition {
  return { name: row.name, ...(JSON.parse(row.json) as Omit<ToolDefinition, 'name'>) };
}
