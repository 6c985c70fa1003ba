import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { killedRuns } from './killedRuns.ts';
import { collect, openTestIndex, temporaryFolder, writeRuns } from './storeFixture.ts';

const CHILD = fileURLToPath(new URL('./writeForever.ts', import.meta.url));

/** Kills a writing process once it has reported `reports` places, then waits for its end. */
async function killWhileWriting(path: string, reports: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let seen = 0;
  for await (const chunk of child.stdout) {
    seen += String(chunk).split('\n').length - 1;
    if (seen >= reports) child.kill('SIGKILL');
  }
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
}

async function importAll(path: string): Promise<unknown> {
  const { index, notice } = await openTestIndex(path);
  expect(notice).toBeNull();
  const held = await index.files();
  const totals = await index.totals();
  // What is there after the kill is whole: the counts of files, runs and messages agree.
  expect(totals.runs).toBe(held.reduce((sum, file) => sum + file.runs, 0));
  expect(totals.recordsInRuns).toBe(totals.runs);
  expect((await collect(index.runs())).flatMap(({ messages }) => messages)).toHaveLength(totals.messages);
  for (const name of ['a.jsonl', 'b.jsonl'])
    await writeRuns(index, name, [...killedRuns(name, 1200)], 'last');
  await index.sweep();
  const result = { totals: await index.totals(), runs: await collect(index.runs()) };
  await index.close();
  return result;
}

// Places before the first commit, between commits, and while files are being replaced.
test.each([1, 2, 5, 9, 14])(
  'killed after %i reports, the index opens and the next pass ends as on a clean one',
  async (reports) => {
    const folder = await temporaryFolder();
    await killWhileWriting(`${folder}/killed.duckdb`, reports);
    const clean = await importAll(`${folder}/clean.duckdb`);
    expect(await importAll(`${folder}/killed.duckdb`)).toEqual(clean);
  },
  60_000,
);
