import { describe, expect, test } from 'vitest';
import type { ToolLink } from '../../../server/model/link.ts';
import type { RunSummary } from '../../../server/store/traceIndex.ts';
import { analysisKey, detectContext } from '../../../server/workspace/detectRuns.ts';
import { noStrayNames, strayNames } from '../../../server/workspace/strayNames.ts';
import { sources, toolLink } from '../diagnose/facts.ts';

const none = new Map();
const file = (...names: readonly string[]) =>
  JSON.stringify(names.map((name) => ({ name, parameters: { type: 'object', properties: {} } })));
const shop = sources({ 'tools.json': file('get_order', 'cancel_order', 'refund') });

interface Given {
  readonly calls: Readonly<Record<string, number>>;
  readonly offers?: boolean;
}

/** A workspace of these runs: each called name is linked where a file defines it. */
function workspace(runs: readonly Given[], files = shop) {
  const summaries = runs.map(
    ({ calls, offers = false }, id) =>
      ({
        id: `r${id}`,
        toolSets: offers ? ['hash'] : [],
        calledTools: Object.entries(calls).map(([name, count]) => ({ name, calls: count })),
      }) as unknown as RunSummary,
  );
  const definedIn = (name: string) =>
    [...files.values()].find(({ tools }) => tools.some(({ definition }) => definition.name === name))?.file;
  const links = new Map(
    summaries.map(({ id, calledTools }) => {
      const tools: readonly ToolLink[] = calledTools.map(({ name }) =>
        toolLink(name, definedIn(name) ?? null),
      );
      return [id, { runId: id, prompts: [], tools }];
    }),
  );
  const strays = strayNames(summaries, links, files);
  return { links, strays, files, key: analysisKey(links, files, strays) };
}

describe('stray names', () => {
  test('one rare name beside tools that are all defined', () => {
    const { strays } = workspace([
      { calls: { get_order: 60, cancel_order: 39 } },
      { calls: { get_ordr: 1 } },
    ]);
    expect(strays.isStray('get_ordr', false)).toBe(true);
    expect(strays.isStray('get_ordr', true)).toBe(true);
    expect(strays.isStray('get_order', false)).toBe(false);
  });

  test('a name that no run has called, as a replay may answer; not one that a file defines', () => {
    const { strays } = workspace([{ calls: { get_order: 10 } }]);
    expect(strays.isStray('find_order', false)).toBe(true);
    expect(strays.isStray('refund', false)).toBe(false);
  });

  test('no definition linked, or some of the tools only: nothing is judged', () => {
    expect(workspace([{ calls: { get_order: 99, x: 1 } }], none).strays.isStray('x', false)).toBe(false);
    const some = workspace([{ calls: { get_order: 94, a: 3, b: 2, c: 1 } }]).strays;
    expect(['a', 'b', 'c', 'd'].some((name) => some.isStray(name, false))).toBe(false);
    expect(workspace([]).strays.isStray('x', false)).toBe(false);
  });

  test('a name that is called often, or that answers when called again, is a tool', () => {
    const { strays } = workspace([{ calls: { get_order: 970, often: 21, twice: 2 } }]);
    expect(strays.isStray('often', false)).toBe(false);
    expect(strays.isStray('twice', true)).toBe(false);
    expect(strays.isStray('twice', false)).toBe(true);
    const few = workspace([{ calls: { get_order: 95, five: 5 } }]).strays;
    expect(few.isStray('five', false)).toBe(true);
  });

  test('runs that recorded their tools are not counted', () => {
    const own = { calls: { Bash: 1000 }, offers: true };
    const { strays } = workspace([own, { calls: { get_order: 99, get_ordr: 1 } }]);
    expect(strays.isStray('get_ordr', false)).toBe(true);
  });
});

describe('the context of one run', () => {
  const { links, strays, files } = workspace([
    { calls: { get_order: 100 } },
    { calls: { get_order: 1, x: 1 } },
    { calls: { get_order: 1, y: 1, z: 1 } },
    { calls: { y: 1 } },
  ]);
  const context = (id: string) => detectContext(links.get(id), files, strays);

  test('knows all tools of the linked files', () => {
    expect(context('r1').linkedToolNames).toEqual(['get_order', 'cancel_order', 'refund']);
    expect(context('r3').linkedToolNames).toEqual([]);
  });

  test('judges neither a run of unlinked tools nor one that mostly calls what is not there', () => {
    expect(['r0', 'r1', 'r2', 'r3'].map((id) => context(id).isStrayName('x', false))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(detectContext(links.get('r1'), files, noStrayNames).isStrayName('x', false)).toBe(false);
  });
});

describe('the key of stored results', () => {
  const runs = [{ calls: { get_order: 100, cancel_order: 1 } }];
  const { key } = workspace(runs);

  test('is the same with another run that calls the same tools', () => {
    expect(workspace([...runs, { calls: { cancel_order: 3 } }]).key).toBe(key);
  });

  test('changes with a name that is missing, and when that name turns out to work', () => {
    const once = workspace([...runs, { calls: { get_ordr: 1 } }]).key;
    const twice = workspace([...runs, { calls: { get_ordr: 2 } }]).key;
    expect(new Set([key, once, twice]).size).toBe(3);
    expect(workspace([...runs, { calls: { get_ordr: 3 } }]).key).toBe(twice);
  });

  test('changes with the definitions of linked files and with the file that a tool is linked to', () => {
    const other = sources({ 'tools.json': file('get_order', 'cancel_order') });
    const moved = sources({ 'other.json': file('get_order', 'cancel_order', 'refund') });
    const beside = sources({
      'tools.json': file('get_order', 'cancel_order', 'refund'),
      'x.json': file('z'),
    });
    expect(workspace(runs, other).key).not.toBe(key);
    expect(workspace(runs, moved).key).not.toBe(key);
    expect(workspace(runs, beside).key).toBe(key);
  });

  test('changes when one run is linked to another file and the number of linked runs stays', () => {
    const two = sources({ 'a.json': file('get_order', 'refund'), 'b.json': file('get_order', 'find') });
    const link = (first: string, second: string) =>
      new Map(
        [first, second].map((name, id) => [
          `r${id}`,
          { runId: `r${id}`, prompts: [], tools: [toolLink('get_order', name)] },
        ]),
      );
    const keyOf = (links: ReturnType<typeof link>) => analysisKey(links, two, noStrayNames);
    expect(keyOf(link('a.json', 'b.json'))).not.toBe(keyOf(link('a.json', 'a.json')));
  });
});
