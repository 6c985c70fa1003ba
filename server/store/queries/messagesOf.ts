import type { DuckDBConnection } from '@duckdb/node-api';
import { groupBy } from '../../model/groupBy.ts';
import type { Json } from '../../model/json.ts';
import type { Message, Role, ToolCall } from '../../model/run.ts';
import { argumentsFromText } from '../digest.ts';
import { rowsByKeys } from './rowsByKeys.ts';

interface StoredText {
  readonly key: number;
  /** Null when the text stands in `contents`. */
  readonly text: string | null;
  readonly content: number | null;
}

interface MessageRow extends StoredText {
  readonly role: Role;
  readonly name: string | null;
  readonly toolCallId: string | null;
  readonly isError: boolean | null;
  readonly isTruncated: boolean;
}

interface ToolCallRow extends StoredText {
  readonly id: string | null;
  readonly name: string;
  readonly isValid: boolean;
  readonly parsed: string | null;
}

/**
 * Messages by run key. Each distinct message is read once and its object shared between runs, so
 * that a batch holds one copy of a long system prompt.
 */
export async function messagesOf(
  connection: DuckDBConnection,
  runs: readonly number[],
): Promise<ReadonlyMap<number, readonly Message[]>> {
  const places = await rowsByKeys<{ key: number; message: number }>(
    connection,
    'SELECT run AS key, message FROM run_messages',
    'run',
    runs,
    ['position'],
  );
  const keys = new Set(places.map(({ message }) => message));
  const found = await rowsByKeys<MessageRow>(
    connection,
    `SELECT message AS key, role, name, text, content, tool_call_id AS "toolCallId", is_error AS "isError",
       is_truncated AS "isTruncated" FROM messages`,
    'message',
    keys,
  );
  const calls = await rowsByKeys<ToolCallRow>(
    connection,
    'SELECT message AS key, id, name, arguments AS text, content, is_valid AS "isValid", parsed FROM tool_calls',
    'message',
    keys,
    ['position'],
  );
  const textOf = await textsOf(connection, [...found, ...calls]);
  const callsByMessage = groupBy(calls, ({ key }) => key);
  const messages = new Map<number, Message>();
  for (const row of found) {
    const toolCalls = (callsByMessage.get(row.key) ?? []).map((call) => toToolCall(call, textOf(call)));
    const { role, name, toolCallId, isError, isTruncated } = row;
    messages.set(row.key, { role, name, text: textOf(row), toolCalls, toolCallId, isError, isTruncated });
  }
  const byRun = new Map<number, Message[]>();
  for (const { key: run, message } of places) {
    const found = messages.get(message);
    if (found === undefined) continue;
    const list = byRun.get(run);
    if (list === undefined) byRun.set(run, [found]);
    else list.push(found);
  }
  return byRun;
}

async function textsOf(
  connection: DuckDBConnection,
  stored: readonly StoredText[],
): Promise<(row: StoredText) => string> {
  const keys = new Set<number>();
  for (const { content } of stored) if (content !== null) keys.add(content);
  const sql = 'SELECT content AS key, text FROM contents';
  const found = await rowsByKeys<{ key: number; text: string }>(connection, sql, 'content', keys);
  const texts = new Map(found.map(({ key, text }) => [key, text]));
  return ({ text, content }) => text ?? texts.get(content ?? 0) ?? '';
}

function toToolCall(row: ToolCallRow, text: string): ToolCall {
  return {
    id: row.id,
    name: row.name,
    argumentsText: text,
    arguments:
      row.parsed === null ? argumentsFromText(text, row.isValid) : (JSON.parse(row.parsed) as Json | null),
    argumentsValid: row.isValid,
  };
}
