import { expect, test } from 'vitest';
import { readAppliedFixes, recordAppliedFix, verdictSummary } from '../../../server/apply/appliedFixes.ts';
import { dismissFinding, readDismissals, undismissFinding } from '../../../server/apply/dismissals.ts';
import { lookBook } from '../../../server/apply/looks.ts';
import { recordRequests, requestsToday } from '../../../server/apply/spentRequests.ts';
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

test('looks come back as they were written', async () => {
  const files = memoryFiles();
  const book = lookBook(files, folder, noon);
  const first = { finding: 'f1', edit: 'a', samples: ['r1#2', 'r2#4'], look: 1 };
  const second = { finding: 'f1', edit: 'b', samples: ['r1#2'], look: 2 };
  await book.add(first);
  await book.add(second);
  expect(await lookBook(files, folder, noon).read()).toMatchObject([first, second]);
});

test('requests are counted for the day they were sent on', async () => {
  const files = memoryFiles();
  const nextDay = { now: () => noon.now() + 24 * 3600 * 1000 };
  await recordRequests(files, folder, noon, 40);
  await recordRequests(files, folder, noon, 2);
  await recordRequests(files, folder, noon, 0);
  expect(await requestsToday(files, folder, noon)).toBe(42);
  expect(await requestsToday(files, folder, nextDay)).toBe(0);
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
