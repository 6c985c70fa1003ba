import { describe, expect, test } from 'vitest';
import {
  FINDINGS,
  type FileFindings,
  type FixProposal,
  HIDE_FINDING,
  LAST_PROPOSAL,
  PROPOSE_FIX,
  START_SCRIPTED_MODEL,
  TRUST_GRANTED,
  UNHIDE_ALL,
} from '../../server/protocol/messages.ts';
import type { Workspace } from '../../server/workspace/workspace.ts';
import { actions, checkActions, hoverText, lensMarks, pullDiagnostics, resolveAction } from './check.ts';
import { type Session, startSession } from './session.ts';

const PROMPT = 'prompts/reception.md';
const TOOLS = 'tools.json';
const ON_DAY = '"on_day": {';
const FORMAT = 'State the format of on_day: check against 3 failing runs and passing ones…';

describe('the light bulb', () => {
  test('lists fixes, the example and hiding, and no edit', async () => {
    const session = await startSession('clinic');
    await checkActions(session, TOOLS, ON_DAY, [
      FORMAT,
      'Rewrite the description of on_day with a model: check against 3 failing runs and passing ones…',
      'Open example run of “3 of 7 runs: on_day must be a date such…”',
      'Hide “3 of 7 runs: on_day must be a date such…”',
    ]);
    await checkActions(session, TOOLS, '"list_prices"', []);
    await checkActions(session, PROMPT, '## Prices', [
      'Open example run of “1 of 3 runs: repeated list_prices”',
      'Hide “1 of 3 runs: repeated list_prices”',
    ]);
  });

  test('answers only for quick fixes', async () => {
    const session = await startSession('clinic');
    expect(await actions(session, TOOLS, ON_DAY, ['source.fixAll', 'refactor'])).toEqual([]);
    expect(await actions(session, TOOLS, ON_DAY, ['quickfix'])).toHaveLength(4);
    expect(await actions(session, TOOLS, ON_DAY, [''])).toHaveLength(4);
  });

  test('resolve gives the command, and nothing after the text changed', async () => {
    const session = await startSession('clinic');
    const [format] = await actions(session, TOOLS, ON_DAY);
    if (format === undefined) throw new Error('no action');
    expect(format.command).toBeUndefined();
    const resolved = await resolveAction(session, format);
    expect(resolved.edit).toBeUndefined();
    expect(resolved.command).toEqual({
      title: FORMAT,
      command: 'faultline.proposeFix',
      arguments: [
        (format.data as { findingId: string }).findingId,
        'state-parameter-format',
        session.uri(TOOLS),
      ],
    });
    const text = await session.read(TOOLS);
    await session.open(TOOLS, text.replace('Books a visit.', 'Books one visit.'));
    expect((await resolveAction(session, format)).command).toBeUndefined();
    await session.edit(TOOLS, text);
    expect((await resolveAction(session, format)).command).toEqual(resolved.command);
  });

  test('an action with data of someone else’s making resolves to itself', async () => {
    const session = await startSession('clinic');
    for (const data of [undefined, {}, { uri: 'file:///etc/passwd' }, { uri: 'no uri at all' }]) {
      const action = { title: 'x', ...(data === undefined ? {} : { data }) };
      expect(await resolveAction(session, action)).toEqual(action);
    }
  });

  test('words that were changed by hand get no fix for the old ones', async () => {
    const session = await startSession('clinic');
    const text = await session.read(TOOLS);
    await session.open(
      TOOLS,
      text.replace('"on_day": { "type": "string" }', '"on_day": { "type": "number" }'),
    );
    await checkActions(session, TOOLS, '"on_day": {', [
      'Open example run of “3 of 7 runs: on_day must be a date such…”',
      'Hide “3 of 7 runs: on_day must be a date such…”',
    ]);
  });

  test('an untrusted folder is offered no replay until it is trusted', async () => {
    const session = await startSession('clinic', { trusted: false });
    const title = async () => (await actions(session, TOOLS, ON_DAY))[0]?.title;
    expect(await title()).toBe('State the format of on_day: show the edit (no replay in Restricted Mode)…');
    await session.client.sendNotification(TRUST_GRANTED);
    expect(await title()).toBe(FORMAT);
  });

  test('two findings of one place are told apart', async () => {
    const session = await startSession('hostile');
    const titles = (await actions(session, 'tools.json', '"track_parcel"')).map((action) => action.title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles.length).toBeGreaterThan(3);
  });

  test('a rejected fix stays and explains, for as long as the text is the one it was rejected on', async () => {
    const session = await startSession('clinic', { wrap: withRejection });
    const listed = await actions(session, TOOLS, ON_DAY);
    expect(listed[0]?.title).toBe('Rejected: breaks 7 of 60 passing runs. Show why');
    const resolved = await resolveAction(session, listed[0] as (typeof listed)[0]);
    expect(resolved.command?.command).toBe('faultline.showVerdict');
    await session.open(TOOLS, (await session.read(TOOLS)).replace('Books a visit.', 'Books one visit.'));
    expect((await actions(session, TOOLS, ON_DAY))[0]?.title).toBe(FORMAT);
  });
});

/** A workspace that remembers a replay which broke passing runs. */
function withRejection(workspace: Workspace): Workspace {
  return {
    ...workspace,
    lastProposal(findingId, strategy) {
      const snapshot = workspace.snapshot();
      const finding = snapshot?.findings.find(({ id }) => id === findingId);
      const oldText = finding === undefined ? undefined : snapshot?.sources.get(finding.file)?.text;
      if (strategy !== 'state-parameter-format' || oldText === undefined) return null;
      const verdict = {
        result: 'reject',
        passing: { n: 60, broken: 7 },
        static: { callsRevalidated: 4, goodCallsNowRejected: 0, badCallsNowRejected: 3 },
      };
      return { ok: true, finding, oldText, verdict } as ReturnType<Workspace['lastProposal']>;
    },
  };
}

describe('hiding', () => {
  const idOnDay = async (session: Session) => {
    const report = await pullDiagnostics(session, TOOLS);
    const item =
      report.kind === 'full'
        ? report.items.find(({ message }) => String(message).includes('on_day'))
        : undefined;
    return (item?.data as { finding: string } | undefined)?.finding;
  };
  const shownFindings = async (session: Session) => {
    const files = await session.client.sendRequest<FileFindings[]>(FINDINGS);
    return files.map(({ file, findings, hidden }) => `${file}: ${findings.length} shown, ${hidden} hidden`);
  };

  test('takes a finding off every surface, counts it, and lasts', async () => {
    const session = await startSession('clinic');
    await session.client.sendRequest(HIDE_FINDING, { finding: await idOnDay(session), reason: 'known' });
    expect(await idOnDay(session)).toBeUndefined();
    expect(await hoverText(session, TOOLS, ON_DAY)).toBeNull();
    expect((await lensMarks(session, TOOLS))[1]?.says).toBe('8 calls · 5 errors · 1 malformed · 2 findings');
    expect(session.statuses.at(-1)).toMatchObject({ state: 'ready', findings: 4, hidden: 1 });
    expect(await shownFindings(session)).toContain('tools.json: 2 shown, 1 hidden');
    await session.refresh();
    expect(await idOnDay(session)).toBeUndefined();
  });

  test('is taken back all at once', async () => {
    const session = await startSession('clinic');
    const id = await idOnDay(session);
    await session.client.sendRequest(HIDE_FINDING, { finding: id, reason: '' });
    expect(await session.client.sendRequest(UNHIDE_ALL)).toBe(1);
    expect(await idOnDay(session)).toBe(id);
    expect(await session.client.sendRequest(UNHIDE_ALL)).toBe(0);
  });

  test('a finding that does not exist hides nothing', async () => {
    const session = await startSession('clinic');
    await session.client.sendRequest(HIDE_FINDING, { finding: 'no such', reason: 'x' });
    expect(session.statuses.at(-1)).toMatchObject({ findings: 5, hidden: 0 });
  });
});

describe('checking a fix', () => {
  const propose = async (session: Session) => {
    const [format] = await actions(session, TOOLS, ON_DAY);
    const { findingId = '', strategy = '' } = (format?.data ?? {}) as {
      findingId?: string;
      strategy?: string;
    };
    const params = { finding: findingId, strategy, key: null, workDoneToken: 'token' };
    return {
      params,
      proposal: await session.client.sendRequest<FixProposal>(PROPOSE_FIX, params),
    };
  };

  test('without an endpoint nothing is sent, and the edit fits the text', async () => {
    const session = await startSession('clinic', { isIndexed: false });
    await session.write('traces/more.jsonl', await moreBookings(session));
    await session.refresh();
    const { params, proposal } = await propose(session);
    if (!proposal.ok) throw new Error(proposal.detail);
    expect(proposal.verdict.cost.requests).toBe(0);
    expect(proposal.verdict.result).not.toBe('accept');
    expect(proposal.uri).toBe(session.uri(TOOLS));
    // `on_day` has no description: one is put in, inside its own braces.
    const lines = (await session.read(TOOLS)).split('\n');
    expect(proposal.edits.length).toBeGreaterThan(0);
    for (const { range } of proposal.edits) expect(lines[range.start.line]).toContain('"on_day"');
    expect(await session.client.sendRequest(LAST_PROPOSAL, params)).toEqual(proposal);
  });

  test('too few passing calls are a reason, not an edit', async () => {
    const { proposal } = await propose(await startSession('clinic'));
    expect(proposal).toMatchObject({ ok: false, reason: 'no-fix-applies', detail: expect.any(String) });
  });

  test('in Restricted Mode names trust as the first step', async () => {
    const session = await startSession('clinic', { isIndexed: false, trusted: false });
    await session.write('traces/more.jsonl', await moreBookings(session));
    await session.refresh();
    const { proposal } = await propose(session);
    if (!proposal.ok) throw new Error(proposal.detail);
    expect(proposal.verdict.notes[0]).toMatch(/^Restricted Mode: .*trust this folder/);
  });

  test('a key reaches the endpoint that it was stored for, and no other', async () => {
    const secrets: (string | null)[] = [];
    const session = await startSession('clinic', {
      isSample: true,
      settings: { model: { endpoint: 'https://models.example/v1', name: '' } },
      modelClient: (_, secret) => {
        secrets.push(secret);
        return null;
      },
    });
    const { params } = await propose(session);
    const send = (origin: string) =>
      session.client.sendRequest(PROPOSE_FIX, { ...params, key: { origin, secret: 'sk-1' } });
    await send('https://models.example');
    await send('https://models.example:8443');
    await send('http://models.example');
    await session.client.sendRequest(START_SCRIPTED_MODEL);
    await send('https://models.example');
    await send('http://127.0.0.1:1');
    expect(secrets).toEqual([null, 'sk-1', null, null, null, null]);
  });

  test('of a finding that is gone says so', async () => {
    const session = await startSession('clinic');
    const params = { finding: 'gone', strategy: 'x', key: null, workDoneToken: 'token-2' };
    expect(await session.client.sendRequest(PROPOSE_FIX, params)).toMatchObject({
      ok: false,
      reason: 'no-such-finding',
    });
    expect(await session.client.sendRequest(LAST_PROPOSAL, params)).toBeNull();
  });

  test('the scripted model belongs to the sample, and outlives a change of settings', async () => {
    const other = await startSession('clinic');
    await expect(other.client.sendRequest(START_SCRIPTED_MODEL)).rejects.toThrow(/sample workspace only/);
    const sample = await startSession('clinic', { isSample: true });
    expect(await sample.client.sendRequest(START_SCRIPTED_MODEL)).toMatchObject({ model: 'scripted' });
    await sample.configure({ codeLens: false });
    expect(await sample.client.sendRequest('faultline/diagnoseSelf')).toContain('endpoint configured: true');
  });
});

/** The passing booking of the fixture on eleven other days. */
async function moreBookings(session: Session): Promise<string> {
  const lines = (await session.read('traces/chats.jsonl')).split('\n');
  const passing = lines.find((line) => line.includes('"visit-04"')) ?? '';
  return Array.from({ length: 11 }, (_, i) =>
    passing.replace('visit-04', `more-${i}`).replaceAll('2031-03-06', `2031-04-${10 + i}`),
  ).join('\n');
}
