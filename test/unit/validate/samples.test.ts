import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../server/model/failure.ts';
import type { RunLinks } from '../../../server/model/link.ts';
import {
  collectCandidates,
  type PatternTarget,
  type RecordedRun,
} from '../../../server/validate/candidates.ts';
import { nearDuplicateKey } from '../../../server/validate/nearDuplicate.ts';
import { chooseFailing, choosePassing, splitFailing } from '../../../server/validate/samples.ts';
import { badDate, candidate, message, quoteRun } from './quoteAgent.ts';

const replayable = () => null;

describe('chooseFailing', () => {
  it('takes one a session, today’s wording first, then the newest', () => {
    const run = (id: string, day: number, session = id) => ({ ...quoteRun(id, day, 'x'), session });
    const list = [
      candidate(run('old-wording', 9), badDate, { currentWording: false }),
      candidate(run('early', 1), badDate),
      candidate(run('late', 5), badDate),
      candidate(run('late-again', 6, 'late'), badDate),
      candidate(run('fine', 7), null),
    ];
    expect(chooseFailing(list, 80, replayable).map(({ run: { id } }) => id)).toEqual([
      'late-again',
      'early',
      'old-wording',
    ]);
    expect(chooseFailing(list, 2, replayable)).toHaveLength(2);
    const none = chooseFailing(list, 80, ({ run: { id } }) => (id === 'early' ? 'cut' : null));
    expect(none.map(({ run: { id } }) => id)).not.toContain('early');
  });
});

describe('splitFailing', () => {
  const list = Array.from({ length: 21 }, (_, i) => candidate(quoteRun(`r${i}`, i, 'x'), badDate));

  it('halves, the odd one held out, the same way for any order', () => {
    const { fixer, heldOut } = splitFailing(list, 1);
    expect([fixer.length, heldOut.length]).toEqual([10, 11]);
    expect(new Set([...fixer, ...heldOut]).size).toBe(21);
    expect(new Set(splitFailing([...list].reverse(), 1).heldOut)).toEqual(new Set(heldOut));
    expect(splitFailing(list, 2).heldOut).not.toEqual(heldOut);
  });

  it('keeps near-duplicates on one side', () => {
    const twin = (i: number, day: string) => {
      const run = quoteRun(`twin${i}`, i, 'x');
      return candidate(
        {
          ...run,
          messages: [
            message('system', 's'),
            message('user', `Order #${i}: price on ${day}?`),
            ...run.messages.slice(2),
          ],
        },
        badDate,
      );
    };
    const twins = [1, 2, 3, 4].map((i) => twin(i, `2026-01-0${i}`));
    const { fixer, heldOut } = splitFailing([...list, ...twins], 1);
    const sides = twins.map((one) => fixer.includes(one));
    expect(new Set(sides).size).toBe(1);
    expect(Math.abs(fixer.length - heldOut.length)).toBeLessThanOrEqual(1);
  });

  it('tells different questions apart', () => {
    expect(nearDuplicateKey(quoteRun('a', 1, 'x'), 2)).not.toBe(nearDuplicateKey(quoteRun('b', 2, 'x'), 2));
  });
});

describe('choosePassing', () => {
  it('mixes 60 % neighbours with 40 % spread over intents in every beginning', () => {
    const list = Array.from({ length: 300 }, (_, i) =>
      candidate(quoteRun(`g${i}`, i, 'x'), null, {
        neighbour: i % 2 === 0,
        intent: i < 290 ? 'common' : `rare${i}`,
      }),
    );
    const chosen = choosePassing(list, 100, 1, replayable);
    expect(chosen).toHaveLength(100);
    for (const n of [10, 60, 100]) {
      expect(chosen.slice(0, n).filter(({ neighbour }) => neighbour)).toHaveLength(n * 0.6);
    }
    const rare = chosen.filter(({ intent, neighbour }) => !neighbour && intent.startsWith('rare'));
    expect(rare.length).toBeGreaterThanOrEqual(5);
    expect(
      choosePassing([...list].reverse(), 100, 1, replayable)
        .map(({ run }) => run.id)
        .sort(),
    ).toEqual(chosen.map(({ run }) => run.id).sort());
  });

  it('goes on with what there is, one a session', () => {
    const list = Array.from({ length: 20 }, (_, i) =>
      candidate({ ...quoteRun(`g${i}`, i, 'x'), session: `s${i % 10}` }, null, { neighbour: true }),
    );
    expect(choosePassing(list, 100, 1, replayable)).toHaveLength(10);
  });
});

describe('collectCandidates', () => {
  const links = (file: string, state: 'current' | 'older' = 'current'): RunLinks => ({
    runId: '',
    prompts: [],
    tools: [{ name: 'get_quote', file, anchorId: 'tool:get_quote', state, confidence: 1, reason: '' }],
  });
  const target: PatternTarget = {
    file: 'tools.json',
    tool: 'get_quote',
    confusable: [],
    matches: (failure) => failure.kind === 'invalid-arguments',
    replayMode: (kind) => (kind === 'failed-outcome' ? 'never' : 'step'),
  };
  const recorded = (id: string, failures: Failure[], more: Partial<RecordedRun> = {}): RecordedRun => ({
    run: quoteRun(id, 1, 'x'),
    failures,
    links: links('tools.json'),
    marked: null,
    ...more,
  });
  const summary = (runs: RecordedRun[]) =>
    collectCandidates(runs, target, 1).candidates.map(
      (one) =>
        `${one.run.id} ${one.failure ? 'failing' : one.neighbour ? 'near' : 'any'}${one.hasRecordedOutcome ? '' : '?'}`,
    );

  it('takes the named decision of a failing run and one or two of a passing one', () => {
    expect(summary([recorded('bad', [badDate]), recorded('good', [])])).toEqual([
      'bad failing?',
      'good near?',
      'good any?',
    ]);
  });

  it('asks only runs that carried the text', () => {
    const elsewhere = recorded('elsewhere', [], { links: links('other.json') });
    const unlinked = recorded('unlinked', [], { links: null });
    expect(collectCandidates([elsewhere, unlinked], target, 1)).toMatchObject({ candidates: [], exposed: 0 });
  });

  it('believes a mark, then the recorded outcome, then the absence of failures', () => {
    const failed = { passed: false, score: 0, source: 'reward' };
    const run = { ...quoteRun('r', 1, 'x'), outcome: failed };
    expect(summary([recorded('r', [], { run })])).toEqual([]);
    expect(summary([recorded('r', [], { run, marked: true })])).toEqual(['r near', 'r any']);
    expect(summary([recorded('r', [{ ...badDate, kind: 'repeated-call', certainty: 'likely' }])])).toEqual(
      [],
    );
    expect(summary([recorded('r', [{ ...badDate, kind: 'repeated-call', certainty: 'hint' }])])).toHaveLength(
      2,
    );
  });

  it('never takes a faulty decision for a good one', () => {
    const passed = { passed: true, score: 1, source: 'reward' };
    const run = { ...quoteRun('r', 1, 'x'), outcome: passed };
    expect(summary([recorded('r', [badDate], { run })])).toEqual(['r failing']);
  });

  it('counts what one step cannot show', () => {
    const never = collectCandidates([recorded('r', [{ ...badDate, decision: null }])], target, 1);
    expect(never).toMatchObject({ affected: 1, notShowable: 1, candidates: [] });
  });

  it('knows older wording', () => {
    const [older] = collectCandidates(
      [recorded('r', [badDate], { links: links('tools.json', 'older') })],
      target,
      1,
    ).candidates;
    expect(older?.currentWording).toBe(false);
  });
});
