import { describe, expect, test } from 'vitest';
import { readAppliedFixes, recordAppliedFix, verdictSummary } from '../../../server/apply/appliedFixes.ts';
import { dismissFinding, readDismissals, undismissFinding } from '../../../server/apply/dismissals.ts';
import { lookNumber, readLooks, recordLook } from '../../../server/apply/looks.ts';
import { markOutcome, readManualOutcomes } from '../../../server/apply/manualOutcomes.ts';
import type { Verdict } from '../../../server/model/verdict.ts';
import { memoryFiles, noon } from './memoryFiles.ts';

const folder = '/state';
const at = '2026-01-05T12:00:00.000Z';

test('a dismissal holds until it is taken back, and can be made again', async () => {
  const files = memoryFiles();
  const hidden = async () => [...(await readDismissals(files, folder)).dismissed];
  await dismissFinding(files, folder, noon, 'f1', 'known');
  await dismissFinding(files, folder, noon, 'f2', 'noise');
  await undismissFinding(files, folder, noon, 'f1');
  expect(await hidden()).toEqual([['f2', { reason: 'noise', at }]]);
  await dismissFinding(files, folder, noon, 'f1', 'after all');
  expect(await hidden()).toContainEqual(['f1', { reason: 'after all', at }]);
});

describe('looks', () => {
  test('count edits, not readings', async () => {
    const files = memoryFiles();
    const look = (heldOut: string, edit: string) => recordLook(files, folder, noon, heldOut, edit);
    expect(await look('f1', 'a')).toBe(1);
    expect(await look('f1', 'b')).toBe(2);
    expect(await look('f1', 'a')).toBe(1);
    expect(await look('f2', 'b')).toBe(1);
    expect(await look('f1', 'c')).toBe(3);
    const { looks } = await readLooks(files, folder);
    expect(looks).toHaveLength(4);
    expect(lookNumber(looks, 'f1', 'd')).toBe(4);
    expect(lookNumber([], 'f1', 'd')).toBe(1);
  });
  test('at the same time get different numbers', async () => {
    const files = memoryFiles();
    const numbers = await Promise.all(
      ['a', 'b', 'c'].map((edit) => recordLook(files, folder, noon, 'f1', edit)),
    );
    const { looks } = await readLooks(files, folder);
    expect(new Set(looks.map((look) => lookNumber(looks, 'f1', look.editHash)))).toEqual(new Set([1, 2, 3]));
    expect(Math.max(...numbers)).toBe(3);
  });
});

test('a mark by hand counts until the next one, and can be taken back', async () => {
  const files = memoryFiles();
  await markOutcome(files, folder, noon, 'r1', true);
  await markOutcome(files, folder, noon, 'r2', true);
  await markOutcome(files, folder, noon, 'r1', false);
  await markOutcome(files, folder, noon, 'r2', null);
  expect([...(await readManualOutcomes(files, folder)).outcomes]).toEqual([['r1', { passed: false, at }]]);
});

test('an applied fix comes back as it was written', async () => {
  const files = memoryFiles();
  const verdict: Verdict = {
    result: 'accept',
    method: 'replayed',
    failing: {
      n: 1,
      oldRepeats: 1,
      newRepeats: 0,
      oldRate: 1,
      newRate: 0,
      fixed: 1,
      stillFailing: 0,
      newlyFailing: 0,
      notReproduced: 0,
      diverged: 0,
      errors: 0,
    },
    passing: { n: 0, kept: 0, broken: 0, newlyPassing: 0, notReproduced: 0, diverged: 0, errors: 0 },
    pValue: 0.01,
    look: 2,
    margin: 0.05,
    breakRateUpperBound: null,
    expectedDrop: { low: 0.1, mid: 0.5, high: 0.9 },
    model: 'm',
    recordedModel: 'm',
    static: { callsRevalidated: 0, goodCallsNowRejected: 0, badCallsNowRejected: 0 },
    cost: { requests: 1, fromCache: 0, tokensIn: 0, tokensOut: 0, usd: null },
    notes: [],
    why: 'because',
    samples: [
      {
        runId: 'r',
        message: 3,
        block: 'failing',
        end: 'fixed',
        recorded: 'text',
        oldAnswers: [],
        newAnswers: [],
      },
    ],
  };
  const given = {
    findingId: 'f1',
    file: 'tools.json',
    strategy: 'state-parameter-format',
    author: 'rule' as const,
    baseHash: 'a',
    newHash: 'b',
    diff: '--- a/tools.json\n',
    ...verdictSummary(verdict),
  };
  const written = await recordAppliedFix(files, folder, noon, given);
  expect(written).toMatchObject({ ...given, appliedAt: at });
  expect(written.samples).toEqual([{ runId: 'r', message: 3, block: 'failing' }]);
  expect((await readAppliedFixes(files, folder)).entries).toEqual([written]);
});

test('lines that do not read stay in the file, are named, and harm no other', async () => {
  const files = memoryFiles();
  const path = '/state/dismissals.jsonl';
  await dismissFinding(files, folder, noon, 'f1', 'ä');
  files.texts.set(path, `${files.texts.get(path)}{"findingId": 3}\n\n{"findingId":"half`);
  await dismissFinding(files, `${folder}/`, noon, 'f2', 'y');
  const { dismissed, problems } = await readDismissals(files, folder);
  expect([...dismissed.keys()]).toEqual(['f1', 'f2']);
  const first = new TextEncoder().encode(`${files.texts.get(path)?.split('\n')[0]}\n`).length;
  expect(problems.map(({ file, line, byte, reason }) => [file, line, byte, reason])).toEqual([
    [path, 1, first, 'unexpected-shape'],
    [path, 3, first + 18, 'invalid-json'],
  ]);
  expect(files.texts.get(path)).toContain('{"findingId":"half\n{"findingId":"f2"');
});

test('a folder without logs is an empty memory', async () => {
  const files = memoryFiles();
  expect(await readDismissals(files, folder)).toEqual({ dismissed: new Map(), problems: [] });
  expect(await readAppliedFixes(files, folder)).toEqual({ entries: [], problems: [] });
});
