import type { Database } from './database.ts';
import { advanceRevision } from './meta.ts';
import { fileKey, removeFileRows, reopenFreedDuplicates } from './removeFileRows.ts';
import { execute, rows } from './rows.ts';
import { closeRunTables, openRunTables } from './runTables.ts';
import { openTableAppender } from './tableAppender.ts';
import type { FileWriter, TraceFile } from './traceIndex.ts';
import { type PendingRun, runCharacters, type WriteTarget, writeBatch } from './writeBatch.ts';
import { forgetWriterMemory, loadWriterMemory, shortId, type WriterMemory } from './writerMemory.ts';

/** A batch is written when it reaches either bound, whatever the size of the file. */
const MESSAGES_PER_BATCH = 8192;
const CHARACTERS_PER_BATCH = 8_000_000;

/**
 * Replaces a file's rows in one transaction: a process killed at any moment leaves the old rows or
 * the new ones, never a mixture.
 */
export async function beginFile(
  database: Database,
  memory: WriterMemory,
  file: TraceFile,
): Promise<FileWriter> {
  const turn = await database.beginWriting();
  const { connection } = turn;
  try {
    await loadWriterMemory(memory, connection);
    const replaced = await fileKey(connection, file.name);
    const key = replaced ?? memory.nextFile++;
    if (replaced !== null) await removeFileRows(connection, replaced);
    const tables = await openRunTables(database.duckdb, connection);
    const problems = await openTableAppender(database.duckdb, connection, 'problems');
    const target: WriteTarget = { duckdb: database.duckdb, connection, tables, memory, file: key };

    const written = new Set<number>();
    const skipped = new Map<string, number>();
    const duplicates: string[] = [];
    let pending: PendingRun[] = [];
    let pendingMessages = 0;
    let pendingCharacters = 0;
    let problemCount = 0;
    let problemRecords = 0;
    let recordsInRuns = 0;
    let isOpen = true;
    let writing: Promise<void> = Promise.resolve();

    function flush(): Promise<void> {
      const batch = pending;
      pending = [];
      pendingMessages = 0;
      pendingCharacters = 0;
      if (batch.length > 0) writing = writing.then(() => writeBatch(target, batch));
      return writing;
    }

    /** The file that holds a run of this id; null when none does. Asks the engine only on suspicion. */
    async function holderOf(id: string, short: number): Promise<string | null> {
      const other = memory.runIds.get(short);
      if (!written.has(short) && (other === undefined || other === key)) return null;
      await flush();
      const sql = 'SELECT file FROM runs WHERE id = $1';
      const [run] = await rows<{ file: number }>(connection, sql, [id]);
      if (run === undefined) return null;
      if (run.file === key) return file.name;
      const holders = await rows<{ name: string }>(connection, 'SELECT name FROM files WHERE file = $1', [
        run.file,
      ]);
      return holders[0]?.name ?? file.name;
    }

    async function end(commit: boolean): Promise<void> {
      turn.onClose = null;
      closeRunTables(tables);
      problems.close();
      if (!commit) forgetWriterMemory(memory);
      await turn.end(commit);
    }

    const writer: FileWriter = {
      async addRun(run, records) {
        if (!isOpen) throw new Error('The writer has ended.');
        const short = shortId(run.id);
        const holder = await holderOf(run.id, short);
        if (holder !== null) {
          writer.addSkipped('duplicate-run', records);
          if (holder !== file.name) duplicates.push(run.id);
          return { ok: false, reason: 'duplicate-run', file: holder };
        }
        written.add(short);
        recordsInRuns += records;
        pending.push({ run, records });
        pendingMessages += run.messages.length + run.modelCalls.length;
        pendingCharacters += runCharacters(run);
        if (pendingMessages >= MESSAGES_PER_BATCH || pendingCharacters >= CHARACTERS_PER_BATCH) await flush();
        return { ok: true };
      },
      addProblem(problem, records) {
        problemRecords += records;
        problems.push(
          key,
          problemCount++,
          problem.line,
          problem.byte,
          problem.reason,
          problem.detail,
          records,
        );
      },
      addSkipped(reason, count) {
        skipped.set(reason, (skipped.get(reason) ?? 0) + count);
      },
      async commit(formats) {
        if (!isOpen) throw new Error('The writer has ended.');
        isOpen = false;
        try {
          await flush();
          problems.flush();
          let records = recordsInRuns + problemRecords;
          for (const [reason, count] of skipped) {
            records += count;
            await execute(connection, 'INSERT INTO skipped VALUES ($1, $2, $3)', [key, reason, count]);
          }
          for (const [format, count] of Object.entries(formats)) {
            await execute(connection, 'INSERT INTO file_formats VALUES ($1, $2, $3)', [key, format, count]);
          }
          for (const id of duplicates) {
            await execute(connection, 'INSERT INTO duplicate_runs VALUES ($1, $2)', [key, id]);
          }
          await execute(connection, 'INSERT INTO files VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
            key,
            file.name,
            file.path,
            file.size,
            file.modifiedMs,
            file.fingerprint,
            records,
            recordsInRuns,
          ]);
          if (replaced !== null) await reopenFreedDuplicates(connection);
          await advanceRevision(connection);
        } catch (error) {
          await end(false);
          throw error;
        }
        await end(true);
        if (replaced !== null) {
          for (const [short, holder] of memory.runIds) if (holder === key) memory.runIds.delete(short);
        }
        for (const short of written) memory.runIds.set(short, key);
      },
      async abort() {
        if (!isOpen) return;
        isOpen = false;
        await writing.catch(() => {});
        await end(false);
      },
    };
    turn.onClose = () => writer.abort();
    return writer;
  } catch (error) {
    forgetWriterMemory(memory);
    await turn.end(false);
    throw error;
  }
}
