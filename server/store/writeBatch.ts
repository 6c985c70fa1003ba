import type { DuckDBConnection } from '@duckdb/node-api';
import type { Message, ModelCall } from '../model/run.ts';
import { countToolCalls, type Run, sumTokens } from '../model/run.ts';
import { digestMessage, isSharedText, type MessageDigest, parsedArguments, textHash } from './digest.ts';
import type { DuckDb } from './duckdb.ts';
import { flushRunTables, type RunTables } from './runTables.ts';
import { loadSetKeys, toolSetKeys } from './toolSetRows.ts';
import type { WriterMemory } from './writerMemory.ts';

export interface PendingRun {
  readonly run: Run;
  readonly records: number;
}

export interface WriteTarget {
  readonly duckdb: DuckDb;
  readonly connection: DuckDBConnection;
  readonly tables: RunTables;
  readonly memory: WriterMemory;
  readonly file: number;
}

/** Writes a batch of runs: first the keys of what is shared, then the rows that refer to them. */
export async function writeBatch(target: WriteTarget, batch: readonly PendingRun[]): Promise<void> {
  const { connection, memory } = target;
  const digests = batch.map(({ run }) => run.messages.map(digestMessage));
  await memory.messages.load(connection, new Set(digests.flat().map(({ hash }) => hash)));

  const fresh: { readonly key: number; readonly message: Message; readonly digest: MessageDigest }[] = [];
  const messageKeys = batch.map(({ run }, at) =>
    run.messages.map((message, position) => {
      const digest = digests[at]?.[position] ?? digestMessage(message);
      const { key, isNew } = memory.messages.keyOf(digest.hash);
      if (isNew) fresh.push({ key, message, digest });
      return key;
    }),
  );

  const texts = new Set<string>();
  for (const { message, digest } of fresh) {
    if (digest.text !== null) texts.add(digest.text);
    for (const call of message.toolCalls) {
      if (isSharedText(call.argumentsText)) texts.add(textHash(call.argumentsText));
    }
  }
  await memory.contents.load(connection, texts);
  for (const { key, message, digest } of fresh) pushMessage(target, key, message, digest);

  const toolSets = batch.map(({ run }) => run.toolSets);
  await loadSetKeys(target, toolSets.flat());
  for (const [at, { run, records }] of batch.entries()) {
    const key = memory.nextRun++;
    pushRun(target, key, run, records);
    for (const [position, message] of (messageKeys[at] ?? []).entries()) {
      target.tables.run_messages.push(key, position, message);
    }
    for (const [position, set] of toolSetKeys(target, run.toolSets).entries()) {
      target.tables.run_tool_sets.push(key, position, set);
    }
    for (const [position, call] of run.modelCalls.entries()) pushModelCall(target, key, position, call);
  }
  flushRunTables(target.tables);
}

function pushMessage(target: WriteTarget, key: number, message: Message, digest: MessageDigest): void {
  const { tables, duckdb } = target;
  tables.messages.push(
    key,
    hashBlob(duckdb, digest.hash),
    message.role,
    message.name,
    digest.text === null ? message.text : null,
    digest.text === null ? null : contentKey(target, digest.text, message.text),
    message.toolCallId,
    message.isError,
    message.isTruncated,
  );
  for (const [position, call] of message.toolCalls.entries()) {
    const text = call.argumentsText;
    const isShared = isSharedText(text);
    tables.tool_calls.push(
      key,
      position,
      call.id,
      call.name,
      isShared ? null : text,
      isShared ? contentKey(target, textHash(text), text) : null,
      call.argumentsValid,
      parsedArguments(call),
    );
  }
}

function contentKey(target: WriteTarget, hash: string, text: string): number {
  const { key, isNew } = target.memory.contents.keyOf(hash);
  if (isNew) target.tables.contents.push(key, hashBlob(target.duckdb, hash), text);
  return key;
}

function pushRun({ tables, file }: WriteTarget, key: number, run: Run, records: number): void {
  tables.runs.push(
    key,
    file,
    run.line,
    run.id,
    run.session === run.id ? null : run.session,
    run.format,
    run.startedAt,
    run.durationMs,
    run.model,
    run.costUsd,
    run.outcome?.passed ?? null,
    run.outcome?.score ?? null,
    run.outcome?.source ?? null,
    run.notes.length === 0 ? null : JSON.stringify(run.notes),
    records,
    run.messages.length,
    run.modelCalls.length,
    countToolCalls(run),
    sumTokens(run, 'inputTokens'),
    sumTokens(run, 'outputTokens'),
    runCharacters(run),
  );
}

function pushModelCall({ tables }: WriteTarget, run: number, position: number, call: ModelCall): void {
  const hasParameters = Object.keys(call.parameters).length > 0;
  tables.model_calls.push(
    run,
    position,
    call.inputMessages,
    call.outputMessage,
    call.model,
    hasParameters ? JSON.stringify(call.parameters) : null,
    call.toolSet,
    call.startedAt,
    call.durationMs,
    call.inputTokens,
    call.outputTokens,
    call.finishReason,
    call.finishReasonText,
    call.error?.status ?? null,
    call.error?.code ?? null,
    call.error?.message ?? null,
  );
}

/** Length of a run's texts in UTF-16 units: what a batch of runs costs in memory. */
export function runCharacters(run: Run): number {
  let characters = 0;
  for (const message of run.messages) {
    characters += message.text.length;
    for (const call of message.toolCalls) characters += call.argumentsText.length;
  }
  return characters;
}

export function hashBlob(duckdb: DuckDb, hash: string): InstanceType<DuckDb['DuckDBBlobValue']> {
  return new duckdb.DuckDBBlobValue(Buffer.from(hash, 'hex'));
}
