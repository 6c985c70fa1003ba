// Reading chat logs: the reader alone, then the whole pass to findings, cold and with nothing changed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeFiles } from '../../server/host/nodeFiles.ts';
import { readRuns } from '../../server/ingest/readRuns.ts';
import { neverCancelled } from '../../server/ports/cancellation.ts';
import { writeChatLogs } from './chatLog.ts';
import type { PassFigures } from './ingestPass.ts';
import { median, print, short, timed, timedAsync } from './measure.ts';

const BYTES = 100e6;
const REPEATS = 3;

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'faultline-bench-')));
const clean = () => rmSync(folder, { recursive: true, force: true });
process.once('exit', clean);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const workspace = path.join(folder, 'workspace');
const log = writeChatLogs(workspace, BYTES);
print('chat logs', `${short(log.bytes / 1e6)} MB, ${log.runs} runs, ${log.files.length} files`);
await readers();
passes();

/** Both by turns, so that a busy minute of the machine meets both. */
async function readers(): Promise<void> {
  const parseTimes: number[] = [];
  const readTimes: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    parseTimes.push(timed(parseLines));
    readTimes.push(await timedAsync(readAll));
  }
  const [parseMs, readMs] = [median(parseTimes), median(readTimes)];
  print('read, split, JSON.parse a line', `${speed(parseMs)}`);
  print('readRuns', `${speed(readMs)}, ${short(readMs / parseMs)} × the time of parsing`);
}

function speed(elapsedMs: number): string {
  return `${short(log.bytes / 1e3 / elapsedMs)} MB/s`;
}

/** The least that any reader of JSON Lines does. */
function parseLines(): void {
  let records = 0;
  for (const file of log.files) {
    for (const line of readFileSync(file, 'utf8').split('\n'))
      if (line !== '' && JSON.parse(line)) records += 1;
  }
  if (records !== log.runs) throw new Error(`parsed ${records} of ${log.runs} records`);
}

async function readAll(): Promise<void> {
  let runs = 0;
  for (const file of log.files) {
    for await (const event of readRuns({ path: file, name: file }, nodeFiles, neverCancelled)) {
      if (event.type === 'run') runs += 1;
    }
  }
  if (runs !== log.runs) throw new Error(`read ${runs} of ${log.runs} runs`);
}

/** Each pass is a process of its own, as a second start of the editor is. */
function passes(): void {
  const cold = pass();
  const again = pass();
  print('whole pass, cold', `${short(cold.elapsedMs / 1e3)} s, ${speed(cold.elapsedMs)}`);
  print(
    'whole pass, nothing changed',
    `${short(again.elapsedMs / 1e3)} s, ${short(again.elapsedMs / cold.elapsedMs)} of cold`,
  );
  const memory = (figures: PassFigures) => `${short(figures.peakBytes / 1e6)} MB`;
  print('peak memory (RSS), cold and unchanged', `${memory(cold)}, ${memory(again)}`);
  const size = ({ indexBytes }: PassFigures) =>
    `${short(indexBytes / 1e6)} MB, ${short(indexBytes / log.bytes)} bytes a byte of trace`;
  print('index after the cold pass', size(cold));
  print('index when opened again', size(again));
  print('found', `${cold.runs} runs, ${cold.linked} linked to the prompt, ${cold.findings} findings`);
}

function pass(): PassFigures {
  const script = path.join(import.meta.dirname, 'ingestPass.ts');
  const { status, stdout } = spawnSync(process.execPath, [script, workspace, path.join(folder, 'own')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('the pass failed');
  return JSON.parse(stdout);
}
