import { expect, test } from 'vitest';
import type { Problem } from '../../../server/model/problem.ts';
import { collect, openTestIndex, sampleRun, temporaryFolder, traceFile, writeRuns } from './storeFixture.ts';

const NOTHING = {
  files: 0,
  bytes: 0,
  records: 0,
  recordsInRuns: 0,
  runs: 0,
  modelCalls: 0,
  toolCalls: 0,
  messages: 0,
  formats: {},
  skipped: [],
  problems: [],
};

test('an empty index answers every question', async () => {
  const { index } = await openTestIndex();
  expect(await index.totals()).toEqual(NOTHING);
  expect(await index.files()).toEqual([]);
  expect(await index.runSummaries()).toEqual([]);
  expect(await collect(index.runs())).toEqual([]);
  expect(await index.failures()).toEqual(new Map());
  expect(await index.removeFile('a.jsonl')).toBe(false);
  expect(await index.revision()).toBe(0);
  await index.sweep();
});

test('totals count every record once, over all files or the named ones', async () => {
  const { index } = await openTestIndex();
  const problem = (line: number | null): Problem => ({
    file: "it's, odd.jsonl",
    line,
    byte: line === null ? null : 5_000_000_000,
    reason: 'invalid-json',
    detail: 'Unexpected end.',
  });
  const writer = await index.beginFile(traceFile("it's, odd.jsonl"));
  await writer.addRun(sampleRun("it's, odd.jsonl", 'r1'), 2);
  writer.addProblem(problem(9), 1);
  writer.addProblem(problem(3), 1);
  writer.addProblem(problem(null), 0);
  writer.addSkipped('not-a-model-call', 3);
  writer.addSkipped('embedding', 1);
  writer.addSkipped('not-a-model-call', 1);
  await writer.commit({ otlp: 6, 'openai-messages': 3 });
  await writeRuns(index, 'b.jsonl', [sampleRun('b.jsonl', 'r2'), sampleRun('b.jsonl', 'r3')]);

  const odd = {
    files: 1,
    bytes: 3_000_000_000,
    records: 9,
    recordsInRuns: 2,
    runs: 1,
    modelCalls: 1,
    toolCalls: 1,
    messages: 5,
    formats: { 'openai-messages': 3, otlp: 6 },
    skipped: [
      { file: "it's, odd.jsonl", reason: 'embedding', count: 1 },
      { file: "it's, odd.jsonl", reason: 'not-a-model-call', count: 4 },
    ],
    problems: [problem(null), problem(3), problem(9)],
  };
  expect(await index.totals(["it's, odd.jsonl", 'nowhere'])).toEqual(odd);
  expect(await index.totals([])).toEqual(NOTHING);
  expect(await index.totals()).toEqual({
    ...odd,
    files: 2,
    bytes: 6_000_000_000,
    records: 11,
    recordsInRuns: 4,
    runs: 3,
    modelCalls: 3,
    toolCalls: 3,
    messages: 15,
    formats: { 'openai-messages': 5, otlp: 6 },
  });
  expect((await index.files())[1]).toEqual({
    ...traceFile("it's, odd.jsonl"),
    records: 9,
    recordsInRuns: 2,
    runs: 1,
    formats: { 'openai-messages': 3, otlp: 6 },
  });
});

test('writing a file again replaces all that came from it', async () => {
  const { index } = await openTestIndex();
  await writeRuns(index, 'a.jsonl', [sampleRun('a.jsonl', 'r1'), sampleRun('a.jsonl', 'r2', { line: 1 })]);
  await writeRuns(index, 'b.jsonl', [sampleRun('b.jsonl', 'r3')]);
  const before = await index.revision();
  const changed = sampleRun('a.jsonl', 'r2', { outcome: null });
  await writeRuns(index, 'a.jsonl', [changed], 'v2');
  expect(await index.run('r1')).toBeNull();
  expect(await index.run('r2')).toEqual(changed);
  expect(await index.totals()).toMatchObject({ files: 2, runs: 2, records: 2, messages: 10 });
  expect((await index.files()).map(({ name, fingerprint }) => [name, fingerprint])).toEqual([
    ['a.jsonl', 'v2'],
    ['b.jsonl', 'v1'],
  ]);
  expect(await index.revision()).toBeGreaterThan(before);
});

test('an aborted writer leaves everything as it was, and the next one works', async () => {
  const { index } = await openTestIndex();
  const old = [sampleRun('a.jsonl', 'r1')];
  await writeRuns(index, 'a.jsonl', old);
  const writer = await index.beginFile(traceFile('a.jsonl', 'v2'));
  for (let n = 0; n < 2000; n++) await writer.addRun(sampleRun('a.jsonl', `new-${n}`), 1);
  await writer.abort();
  await writer.abort();
  await expect(writer.addRun(sampleRun('a.jsonl', 'late'), 1)).rejects.toThrow('ended');
  expect(await collect(index.runs())).toEqual(old);
  const again = [sampleRun('a.jsonl', 'new-5'), sampleRun('a.jsonl', 'new-6', { line: 1 })];
  await writeRuns(index, 'a.jsonl', again, 'v2');
  expect(await collect(index.runs())).toEqual(again);
});

test('removing a file forgets it; sweeping drops what only it used', async () => {
  const { index } = await openTestIndex();
  const own = 'own words '.repeat(40);
  const run = sampleRun('a.jsonl', 'r1');
  const [system] = run.messages;
  if (system === undefined) throw new Error('no system message');
  await writeRuns(index, 'a.jsonl', [{ ...run, messages: [{ ...system, text: own }] }]);
  await writeRuns(index, 'b.jsonl', [sampleRun('b.jsonl', 'r2')]);
  const summaries = await index.runSummaries();
  const [ownHash, sharedHash] = summaries.map(({ prompts }) => prompts[0]?.hash ?? '');
  expect(await index.removeFile('a.jsonl')).toBe(true);
  expect(await index.totals()).toMatchObject({ files: 1, runs: 1, messages: 5 });
  expect(await index.text(ownHash ?? '')).toBe(own);
  await index.sweep();
  expect(await index.text(ownHash ?? '')).toBeNull();
  expect(await index.text(sharedHash ?? '')).not.toBeNull();
  const again = sampleRun('c.jsonl', 'r4', { messages: [{ ...system, text: own }] });
  await writeRuns(index, 'c.jsonl', [again]);
  expect(await index.run('r4')).toEqual(again);
  expect(await index.run('r2')).toEqual(sampleRun('b.jsonl', 'r2'));
});

test('the first run keeps a contested id; the other file is read again when it is free', async () => {
  const { index } = await openTestIndex();
  await writeRuns(index, 'a.jsonl', [sampleRun('a.jsonl', 'same')]);
  const writer = await index.beginFile(traceFile('b.jsonl'));
  expect(await writer.addRun(sampleRun('b.jsonl', 'same'), 2)).toEqual({
    ok: false,
    reason: 'duplicate-run',
    file: 'a.jsonl',
  });
  expect(await writer.addRun(sampleRun('b.jsonl', 'own'), 1)).toEqual({ ok: true });
  expect(await writer.addRun(sampleRun('b.jsonl', 'own', { line: 5 }), 1)).toEqual({
    ok: false,
    reason: 'duplicate-run',
    file: 'b.jsonl',
  });
  await writer.commit({ 'openai-messages': 4 });
  expect(await index.totals()).toMatchObject({
    records: 5,
    recordsInRuns: 2,
    runs: 2,
    skipped: [{ file: 'b.jsonl', reason: 'duplicate-run', count: 3 }],
  });
  expect((await index.run('same'))?.file).toBe('a.jsonl');
  await index.removeFile('a.jsonl');
  expect((await index.files()).map(({ fingerprint }) => fingerprint)).toEqual(['']);
});

test('histories that repeat are stored once', async () => {
  const folder = await temporaryFolder();
  const prompt = Array.from({ length: 600 }, (_, n) => `Rule ${n}: ${Math.sin(n)}`).join('\n');
  const write = async (path: string, copies: number): Promise<number> => {
    const { index } = await openTestIndex(path);
    const runs = Array.from({ length: copies }, (_, line) => {
      const run = sampleRun('a.jsonl', `r${line}`, { line });
      return {
        ...run,
        messages: run.messages.map((m) => (m.role === 'system' ? { ...m, text: prompt } : m)),
      };
    });
    await writeRuns(index, 'a.jsonl', runs);
    await index.close();
    return await index.sizeBytes();
  };
  const one = await write(`${folder}/one.duckdb`, 1);
  const many = await write(`${folder}/many.duckdb`, 200);
  expect(many - one).toBeLessThan(prompt.length * 20);
});
