import { describe, expect, test } from 'vitest';
import type { WorkspaceDiagnosticReport } from 'vscode-languageserver-protocol';
import { HIDE_FINDING } from '../../server/protocol/messages.ts';
import { pullDiagnostics, pullWorkspaceDiagnostics } from './check.ts';
import { type Session, startSession } from './session.ts';

const PROMPT = 'prompts/reception.md';
const TOOLS = 'tools.json';

describe('reports of a document', () => {
  test('are unchanged while text and index are', async () => {
    const session = await startSession('clinic');
    await session.open(TOOLS);
    const first = await pullDiagnostics(session, TOOLS);
    expect(first).toMatchObject({ kind: 'full', resultId: expect.any(String) });
    expect(await pullDiagnostics(session, TOOLS, first.resultId)).toEqual({
      kind: 'unchanged',
      resultId: first.resultId,
    });

    await session.edit(TOOLS, `${await session.read(TOOLS)}\n`);
    const edited = await pullDiagnostics(session, TOOLS, first.resultId);
    expect(edited.kind).toBe('full');
    expect(edited.resultId).not.toBe(first.resultId);

    await session.refresh();
    expect((await pullDiagnostics(session, TOOLS, edited.resultId)).kind).toBe('full');
  });

  test('of one text and one index are the same, asked twice or in another server', async () => {
    const [one, other] = [await startSession('clinic'), await startSession('clinic')];
    expect(await pullDiagnostics(one, TOOLS)).toEqual(await pullDiagnostics(other, TOOLS));
  });

  test('of files that nobody opened come from the text on disk', async () => {
    const session = await startSession('clinic');
    const report = await pullDiagnostics(session, PROMPT);
    expect(report.kind === 'full' && report.items).toHaveLength(2);
    expect(await pullDiagnostics(session, 'traces/chats.jsonl')).toEqual({ kind: 'full', items: [] });
  });
});

describe('reports of the workspace', () => {
  const previousOf = (report: WorkspaceDiagnosticReport) =>
    report.items.map(({ uri, resultId }) => ({ uri, value: resultId ?? '' }));

  test('name every file with findings', async () => {
    const session = await startSession('clinic');
    const report = await pullWorkspaceDiagnostics(session, []);
    expect(report.items.map(({ uri }) => uri).sort()).toEqual(
      [session.uri(PROMPT), session.uri(TOOLS)].sort(),
    );
  });

  test('are held until something changed, then tell only that', async () => {
    const session = await startSession('clinic');
    const held = holding(session, previousOf(await pullWorkspaceDiagnostics(session, [])));
    await answersAfterRoundTrip(session);
    expect(held.isAnswered()).toBe(false);
    await session.refresh();
    expect((await held.report).items.map(({ kind }) => kind)).toEqual(['full', 'full']);
  });

  test('are held before the first pass, not answered with nothing over and over', async () => {
    const session = await startSession('clinic', { isIndexed: false });
    const held = holding(session, []);
    await answersAfterRoundTrip(session);
    expect(held.isAnswered()).toBe(false);
    await session.refresh();
    expect((await held.report).items).toHaveLength(2);
  });

  test('empty a file whose last finding went', async () => {
    const session = await startSession('clinic');
    const first = await pullWorkspaceDiagnostics(session, []);
    const inPrompt = first.items.find(({ uri }) => uri === session.uri(PROMPT));
    for (const { data } of inPrompt?.kind === 'full' ? inPrompt.items : []) {
      await session.client.sendRequest(HIDE_FINDING, { ...(data as { finding: string }), reason: '' });
    }
    const next = await pullWorkspaceDiagnostics(session, previousOf(first));
    expect(next.items.find(({ uri }) => uri === session.uri(PROMPT))).toMatchObject({
      kind: 'full',
      items: [],
    });
  });

  test('are emptied by the switch and held after that', async () => {
    const session = await startSession('clinic');
    const first = await pullWorkspaceDiagnostics(session, []);
    await session.configure({ diagnostics: false });
    const off = await pullWorkspaceDiagnostics(session, previousOf(first));
    expect(off.items.map((item) => item.kind === 'full' && item.items)).toEqual([[], []]);
    const held = holding(session, []);
    await answersAfterRoundTrip(session);
    expect(held.isAnswered()).toBe(false);
    await session.configure({ diagnostics: true });
    expect((await held.report).items).toHaveLength(2);
  });

  test('a held request ends when the editor gives up on it', async () => {
    const session = await startSession('clinic');
    const previous = previousOf(await pullWorkspaceDiagnostics(session, []));
    const { CancellationTokenSource } = await import('vscode-languageserver-protocol');
    const source = new CancellationTokenSource();
    const request = session.client.sendRequest<WorkspaceDiagnosticReport>(
      'workspace/diagnostic',
      { previousResultIds: previous },
      source.token,
    );
    await answersAfterRoundTrip(session);
    source.cancel();
    const ended = await request.then(
      ({ items }) => items.every(({ kind }) => kind === 'unchanged'),
      () => true,
    );
    expect(ended).toBe(true);
  });
});

function holding(session: Session, previous: readonly { readonly uri: string; readonly value: string }[]) {
  let answered = false;
  const report = pullWorkspaceDiagnostics(session, previous).then((items) => {
    answered = true;
    return items;
  });
  return { report, isAnswered: () => answered };
}

/** Requests are answered in order: by now an earlier one that is not held has its answer. */
async function answersAfterRoundTrip(session: Session): Promise<void> {
  for (let i = 0; i < 3; i++) await pullDiagnostics(session, PROMPT);
}
