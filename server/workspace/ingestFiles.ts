import { createHash } from 'node:crypto';
import { readRuns } from '../ingest/readRuns.ts';
import { type CancellationToken, throwIfCancelled } from '../ports/cancellation.ts';
import type { FileStat, Files } from '../ports/files.ts';
import type { ReportProgress } from '../ports/progress.ts';
import type { FileWriter, Index } from '../store/traceIndex.ts';
import type { FoundTrace } from './traceFiles.ts';

/** Raise when a reader gives other runs for the same bytes, so that files are read again. */
const READER_VERSION = 3;
const EDGE_BYTES = 1 << 16;

/** Makes the index hold these files and no others. An unchanged file is not read again. */
export async function ingestFiles(
  index: Index,
  traces: readonly FoundTrace[],
  files: Files,
  token: CancellationToken,
  report: ReportProgress,
): Promise<{ readonly read: number; readonly unchanged: number }> {
  const known = new Map((await index.files()).map((file) => [file.name, file]));
  const wanted = new Set(traces.map((trace) => trace.name));
  let changed = false;
  for (const name of known.keys()) {
    if (!wanted.has(name)) changed = (await index.removeFile(name)) || changed;
  }
  let read = 0;
  let unchanged = 0;
  for (const [position, trace] of traces.entries()) {
    throwIfCancelled(token);
    report({ what: 'reading traces', done: position, total: traces.length });
    const stat = await files.stat(trace.path);
    if (stat === null) {
      // Gone between the listing and now: what the index held of it goes too.
      changed = (await index.removeFile(trace.name)) || changed;
      continue;
    }
    const fingerprint = await fingerprintOf(trace.path, stat, files);
    const before = known.get(trace.name);
    if (before?.fingerprint === fingerprint && before.size === stat.size) {
      unchanged++;
      continue;
    }
    const writer = await index.beginFile({ ...trace, ...stat, fingerprint });
    await fill(writer, trace, files, token);
    read++;
    changed = true;
  }
  if (changed) await index.sweep();
  return { read, unchanged };
}

async function fill(
  writer: FileWriter,
  trace: FoundTrace,
  files: Files,
  token: CancellationToken,
): Promise<void> {
  const formats: Record<string, number> = {};
  let format = 'unknown';
  const count = (records: number) => {
    if (records > 0) formats[format] = (formats[format] ?? 0) + records;
  };
  try {
    for await (const event of readRuns(trace, files, token)) {
      switch (event.type) {
        case 'format':
          format = event.format;
          break;
        case 'run':
          await writer.addRun(event.run, event.records);
          count(event.records);
          break;
        case 'problem':
          writer.addProblem(event.problem, event.records);
          count(event.records);
          break;
        case 'skipped':
          writer.addSkipped(event.reason, event.count);
          count(event.count);
          break;
        case 'progress':
          throwIfCancelled(token);
      }
    }
  } catch (error) {
    await writer.abort();
    throw error;
  }
  await writer.commit(formats);
}

/**
 * Size, time of change, first and last 64 KiB: sees growth, rotation, and an edit in the middle. A
 * file that was merely touched is read again, which costs time and never an answer.
 */
async function fingerprintOf(path: string, { size, modifiedMs }: FileStat, files: Files): Promise<string> {
  const hash = createHash('sha256').update(`${READER_VERSION}:${size}:${modifiedMs}:`);
  for (const start of size > 2 * EDGE_BYTES ? [0, size - EDGE_BYTES] : [0]) {
    let left = size > 2 * EDGE_BYTES ? EDGE_BYTES : size;
    try {
      for await (const chunk of files.stream(path, start)) {
        hash.update(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) break;
      }
    } catch {
      // An unreadable file gets a fingerprint of its own and a problem from the reader.
      hash.update('unreadable');
    }
  }
  return hash.digest('hex');
}
