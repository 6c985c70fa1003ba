import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createKeyTable, type KeyTable } from './keyTable.ts';
import { rows } from './rows.ts';

/** What writing remembers from file to file, so that it need not ask the engine for every row. */
export interface WriterMemory {
  readonly messages: KeyTable;
  readonly contents: KeyTable;
  readonly definitions: KeyTable;
  readonly toolSets: KeyTable;
  /** Run ids that are taken, shortened, with the key of their file. */
  readonly runIds: Map<number, number>;
  nextFile: number;
  /** Never reused in a process: a reader may still hold the key of a run that was replaced. */
  nextRun: number;
  isLoaded: boolean;
}

export function createWriterMemory(): WriterMemory {
  return {
    messages: createKeyTable('messages', 'message'),
    contents: createKeyTable('contents', 'content'),
    definitions: createKeyTable('tool_definitions', 'definition'),
    toolSets: createKeyTable('tool_sets', 'tool_set'),
    runIds: new Map(),
    nextFile: 1,
    nextRun: 1,
    isLoaded: false,
  };
}

export async function loadWriterMemory(memory: WriterMemory, connection: DuckDBConnection): Promise<void> {
  if (memory.isLoaded) return;
  const sql = `SELECT (SELECT coalesce(max(file), 0) FROM files)::INTEGER AS file,
    (SELECT coalesce(max(run), 0) FROM runs)::INTEGER AS run`;
  const [top] = await rows<{ file: number; run: number }>(connection, sql);
  memory.nextFile = Math.max(memory.nextFile, (top?.file ?? 0) + 1);
  memory.nextRun = Math.max(memory.nextRun, (top?.run ?? 0) + 1);
  memory.runIds.clear();
  for (const { id, file } of await rows<{ id: string; file: number }>(
    connection,
    'SELECT id, file FROM runs',
  )) {
    memory.runIds.set(shortId(id), file);
  }
  memory.isLoaded = true;
}

/** Back to what the database says: after an abort or a sweep. */
export function forgetWriterMemory(memory: WriterMemory): void {
  for (const table of [memory.messages, memory.contents, memory.definitions, memory.toolSets]) table.forget();
  memory.isLoaded = false;
}

/** 48 bits of an id's hash: enough to say "surely free" or "look", at a tenth of the id's memory. */
export function shortId(id: string): number {
  return createHash('sha256').update(id).digest().readUIntBE(0, 6);
}
