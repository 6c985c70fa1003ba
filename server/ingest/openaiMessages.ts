import { sha256 } from '../model/hash.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { chatPairOf, pairCollector } from './chatPair.ts';
import { chatEntriesOf, isChatEntry, runFromChatRecord } from './chatRecord.ts';
import { nativeIdFrom, sessionFrom } from './declaredFacts.ts';
import type { RunEvent } from './events.ts';
import { fileScopedIds } from './runId.ts';
import { recordProblem, skipped, type TraceFormat, type TraceRecord } from './traceFormat.ts';

/**
 * Chat logs without a format of their own: objects with `messages`, bare arrays of messages, one message
 * a record, and request/response pairs. The last row of the decision list, since many formats hold such
 * messages inside. Without an id of its own a record goes by its 0-based position in the file. A
 * conversation or pair that comes again word for word is skipped; a single message may well be said twice.
 */
export const openaiMessages: TraceFormat = {
  id: 'openai-messages',
  title: 'OpenAI-style messages',
  recognises: (record) =>
    chatPairOf(record) !== null || chatEntriesOf(record) !== null || isChatEntry(record),
  assembler({ file }) {
    const idOf = fileScopedIds(file);
    const pairs = pairCollector(file);
    const loose = looseMessages(file);
    const isRepeat = repeats();
    let position = 0;
    let repeated = 0;
    return {
      add(record) {
        const { value, line } = record;
        const index = position++;
        const pair = chatPairOf(value);
        const entries = pair === null ? chatEntriesOf(value) : null;
        if ((pair !== null || entries !== null) && isRepeat(value)) {
          repeated++;
          return [];
        }
        if (pair !== null) {
          pairs.add(pair, record);
          return [];
        }
        if (entries !== null) {
          const facts = isJsonObject(value) ? value : {};
          const id = idOf(nativeIdFrom(facts) ?? sessionFrom(facts) ?? String(index));
          return [{ type: 'run', run: runFromChatRecord(entries, facts, { id, file, line }), records: 1 }];
        }
        if (isJsonObject(value) && isChatEntry(value)) {
          loose.add(value, record);
          return [];
        }
        const detail = 'The record holds no list of messages with a role each.';
        return [recordProblem(file, record, 'unexpected-shape', detail)];
      },
      finish: () => [
        ...loose.finish(idOf),
        ...pairs.finish(idOf),
        ...(repeated > 0 ? [skipped('duplicate', repeated)] : []),
      ],
    };
  },
};

/** Keeps half a hash of each record, never the record. */
function repeats(): (value: Json) => boolean {
  const seen = new Set<string>();
  return (value) => {
    const before = seen.size;
    return seen.add(sha256(JSON.stringify(value)).slice(0, 32)).size === before;
  };
}

/** One message a record: grouped by session, else the whole file is one run. */
function looseMessages(file: string) {
  const groups = new Map<string | null, { readonly entries: JsonObject[]; readonly line: number }>();
  return {
    add(entry: JsonObject, { line }: TraceRecord): void {
      const session = sessionFrom(entry) ?? (typeof entry.run_id === 'string' ? entry.run_id : null);
      const group = groups.get(session) ?? { entries: [], line };
      groups.set(session, group);
      group.entries.push(entry);
    },
    finish: (idOf: (nativeId: string) => string): readonly RunEvent[] =>
      [...groups].map(([session, { entries, line }]) => {
        const facts: { [key: string]: Json } = {};
        if (session !== null) facts.session_id = session;
        const model = entries.find((entry) => typeof entry.model === 'string')?.model;
        if (model !== undefined) facts.model = model;
        const time = entries[0]?.timestamp ?? entries[0]?.created_at;
        if (time !== undefined) facts.timestamp = time;
        const place = { id: idOf(session ?? '0'), file, line };
        return { type: 'run', run: runFromChatRecord(entries, facts, place), records: entries.length };
      }),
  };
}
