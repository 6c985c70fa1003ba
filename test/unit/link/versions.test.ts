import { expect, test } from 'vitest';
import { filesNeedingHistory, loadHistories } from '../../../server/link/history.ts';
import { buildLinkIndex } from '../../../server/link/linkIndex.ts';
import { linkPromptText } from '../../../server/link/linkPrompt.ts';
import type { FileRevision } from '../../../server/ports/git.ts';
import { REFUNDS, source, TONE, UNRELATED } from './sources.ts';

const OLD = REFUNDS.replace('two hundred pounds', 'fifty pounds');
const OLDEST = OLD.replace('ninety days', 'ten days').replace(/- Look.*\n/, '');

function revision(commit: string, day: number, text: string): FileRevision {
  return { commit, committedAt: `2026-01-0${day}T00:00:00.000Z`, text };
}

const HISTORY = [
  revision('c4', 4, REFUNDS),
  revision('c3', 3, OLD),
  revision('c2', 2, OLDEST),
  revision('c1', 1, OLD),
];

function link(
  text: string,
  history: readonly FileRevision[],
  startedAt: string | null = null,
  today = REFUNDS,
) {
  const index = buildLinkIndex([source('prompts/refunds.md', today)], () => history);
  return linkPromptText(text, index, startedAt)[0];
}

test('each wording is told by its newest commit, and tied to the lines of today', () => {
  expect(link(REFUNDS, HISTORY)).toMatchObject({ state: 'current', commit: 'c4' });
  expect(link(OLD, HISTORY)).toMatchObject({ state: 'older', commit: 'c3', method: 'exact', confidence: 1 });
  const oldest = link(OLDEST, HISTORY);
  expect(oldest).toMatchObject({ state: 'older', commit: 'c2' });
  expect(oldest?.lines).toContainEqual({ renderedLine: 7, sourceLine: 8 });
});

test('a wording that came back is the one from before the run', () => {
  expect(link(OLD, HISTORY, '2026-01-02T12:00:00Z')?.commit).toBe('c1');
  expect(link(OLD, HISTORY, '2026-01-09T00:00:00Z')?.commit).toBe('c3');
});

test("today's text that HEAD lacks is uncommitted", () => {
  const edited = REFUNDS.replace('two hundred', 'three hundred');
  expect(link(edited, HISTORY, null, edited)).toMatchObject({ state: 'uncommitted', commit: null });
  expect(link(REFUNDS, HISTORY, null, edited)).toMatchObject({ state: 'older', commit: 'c4' });
});

test('inside a longer message the nearest wording is taken', () => {
  const text = `Hello.\n\n${OLDEST.replace('garden shops', 'book shops')}\nBye.`;
  expect(link(text, HISTORY)).toMatchObject({ state: 'older', commit: 'c2', method: 'fingerprint' });
});

test('a rewritten file is still found by what it was', () => {
  expect(link(OLD, [revision('c5', 5, TONE), ...HISTORY], null, TONE)).toMatchObject({
    file: 'prompts/refunds.md',
    state: 'older',
    commit: 'c3',
  });
});

test('git is asked for the files that matter alone, and not at all without git', async () => {
  const tools = source('tools.json', JSON.stringify([{ name: 'pay', input_schema: { type: 'object' } }]));
  const sources = [
    source('prompts/refunds.md', REFUNDS),
    source('prompts/tone.md', TONE),
    source('a.md', UNRELATED),
    tools,
  ];
  const index = buildLinkIndex(sources, () => []);
  const files = filesNeedingHistory([OLDEST, OLDEST], ['pay'], index);
  expect(files).toEqual(['prompts/refunds.md', 'tools.json']);
  const asked: string[] = [];
  const git = { history: (file: string) => Promise.resolve(asked.push(file) > 0 ? HISTORY : []) };
  expect((await loadHistories(git, files)).get('tools.json')).toBe(HISTORY);
  expect(asked).toEqual(files);
  expect((await loadHistories(null, files)).size).toBe(0);
});
