import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, describe as group, it } from 'vitest';
import { sha256 } from '../../../server/model/hash.ts';
import { INTENTS } from '../../../server/sample/intents/catalogue.ts';
import { readSituation } from '../../../server/sample/situation.ts';
import { SAMPLE_FOLDER, sampleFiles } from '../../generate/sampleTraces.ts';
import { decisionsWhere, requestAt, runs } from './simulatedReplay.ts';

group('the bundled traces', () => {
  const files = sampleFiles(runs);

  it('come out of the generator byte for byte; on a mismatch run `node test/generate/sampleTraces.ts`', () => {
    expect(
      readdirSync(join(SAMPLE_FOLDER, 'traces'))
        .map((name) => `traces/${name}`)
        .sort(),
    ).toEqual([...files.keys()].sort());
    for (const [path, text] of files) {
      expect([path, sha256(readFileSync(join(SAMPLE_FOLDER, path), 'utf8'))]).toEqual([path, sha256(text)]);
    }
  });

  it('stay small enough to ship', () => {
    const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeLessThan(4_300_000);
  });

  it('are counted rightly in the README', () => {
    const readme = readFileSync(join(SAMPLE_FOLDER, 'README.md'), 'utf8');
    const failed = runs.filter(({ run }) => !run.judged.passed);
    expect(readme).toContain(`${runs.length} runs, of which ${failed.length} failed`);
    for (const kind of new Set(runs.map((each) => each.kind))) {
      const own = failed.filter((each) => each.kind === kind).length;
      expect(readme).toContain(`| ${kind.name} | ${kind.runs} | ${own} |`);
    }
  });

  it('hold one session a run, in the order of time', () => {
    expect(new Set(runs.map(({ frame }) => frame.session)).size).toBe(runs.length);
    const times = runs.map(({ frame }) => frame.startedAt);
    expect(times).toEqual([...times].sort());
  });

  it('hold enough failing and passing runs of each fault that an edit can mend', () => {
    const iso = /^\d{4}-\d{2}-\d{2}$/;
    const argument = (tool: string, name: string) => (call: { name: string; arguments: unknown }) =>
      call.name === tool ? String((call.arguments as Record<string, unknown>)[name]) : null;
    const since = argument('get_transactions', 'since');
    const asOf = argument('convert_currency', 'as_of');
    const to = argument('convert_currency', 'to');
    const bad = (value: string | null, good: RegExp) => value !== null && !good.test(value);
    expect(decisionsWhere((call) => bad(since(call), iso)).length).toBeGreaterThanOrEqual(30);
    expect(decisionsWhere((call) => bad(asOf(call), iso)).length).toBeGreaterThanOrEqual(30);
    expect(decisionsWhere((call) => bad(to(call), /^[A-Z]{3}$/)).length).toBeGreaterThanOrEqual(30);
    expect(
      runs.filter(({ frame, run }) => frame.agent === 'advisor' && run.judged.passed).length,
    ).toBeGreaterThanOrEqual(120);
  });

  it('give every conversation an intent of the scripted model', () => {
    const strange = runs.filter((run) => {
      const situation = readSituation(requestAt({ run, message: 2 }, {}));
      return !INTENTS.some((intent) => intent.matches(situation));
    });
    expect(strange.map(({ run }) => run.messages[1]?.text)).toEqual([]);
  });
});
