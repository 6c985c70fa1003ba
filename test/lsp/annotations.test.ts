import { describe, expect, test } from 'vitest';
import type { Status } from '../../server/protocol/messages.ts';
import { annotate, dedent, withoutMarks } from './annotate.ts';
import {
  checkDiagnostics,
  checkHints,
  checkHover,
  checkLenses,
  contentOf,
  hints,
  hoverText,
  lenses,
  lensMarks,
  pullDiagnostics,
} from './check.ts';
import { startSession } from './session.ts';

const PROMPT = 'prompts/reception.md';
const TOOLS = 'tools.json';

test('marks go off a text and back on', () => {
  const marked = dedent(`
    name: search
          ^^^^^^ lost
    ^^^^ again

    end
       ^ here
  `);
  expect(withoutMarks(marked)).toBe('name: search\n\nend');
  const range = (line: number, from: number, to: number) => ({
    start: { line, character: from },
    end: { line, character: to },
  });
  const marks = [
    { range: range(0, 6, 12), says: 'lost' },
    { range: range(0, 0, 4), says: 'again' },
    { range: range(2, 3, 3), says: 'here' },
  ];
  expect(annotate('name: search\n\nend\n', marks)).toBe(marked);
});

test('a finding is one diagnostic on its token', async () => {
  const session = await startSession('clinic');
  await checkDiagnostics(
    session,
    PROMPT,
    `
    You are the reception desk of a small veterinary clinic. Be kind and brief.
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information failed-outcome: 6 of 12 runs that carried this prompt were recorded as failed

    ## Booking
    Look the animal up with find_animal before you call book_visit.

    ## Prices
    ^^^^^^^^^ hint repeated-call: 1 of 3 runs that called list_prices made the same call again
    Quote a price only after list_prices has answered.
    `,
  );
  const report = await pullDiagnostics(session, TOOLS);
  const worst = report.kind === 'full' ? report.items[0] : undefined;
  expect(worst).toMatchObject({
    code: 'tool-error',
    codeDescription: { href: expect.stringMatching(/\/rules\/tool-error\.md$/) },
    message: '3 of 7 runs that called book_visit got an error: on_day must be a date such as <date>',
  });
  expect(worst?.relatedInformation?.map(({ message }) => message)).toEqual(
    Array(3).fill('message 5: book_visit failed: "Error: on_day must be a date such as 2031-03-09"'),
  );
});

test('a warning from as many runs as the setting says, and as many findings in a file', async () => {
  const session = await startSession('clinic', {
    settings: { findings: { warnFromRuns: 3, maxPerFile: 2 } },
  });
  const report = await pullDiagnostics(session, TOOLS);
  expect(report.kind === 'full' && report.items.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
    '2 tool-error',
    '4 unknown-tool',
  ]);
  expect(session.statuses.at(-1)).toMatchObject({ state: 'ready', findings: 4, hidden: 1 });
  // Related evidence is no warning, however many runs.
  const inPrompt = await pullDiagnostics(session, PROMPT);
  expect(inPrompt.kind === 'full' && inPrompt.items[0]?.severity).toBe(3);
  expect((await lensMarks(session, PROMPT)).map(({ says }) => says)).toEqual([
    '6 of 12 runs failed · 2 findings here',
  ]);
});

test('related places are lines of transcripts that the server can show', async () => {
  const session = await startSession('clinic');
  const report = await pullDiagnostics(session, TOOLS);
  const related = report.kind === 'full' ? report.items.flatMap((item) => item.relatedInformation ?? []) : [];
  expect(related.length).toBeGreaterThan(0);
  for (const { location, message } of related) {
    const lines = (await contentOf(session, location.uri))?.split('\n') ?? [];
    const index = /^message (\d+):/.exec(message)?.[1];
    expect(lines[location.range.start.line]).toMatch(new RegExp(`^## ${index} · `));
  }
});

test('a lens over a prompt and over every tool', async () => {
  const session = await startSession('clinic');
  await checkLenses(
    session,
    PROMPT,
    `
    You are the reception desk of a small veterinary clinic. Be kind and brief.
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 6 of 12 runs failed · 2 findings here

    ## Booking
    Look the animal up with find_animal before you call book_visit.

    ## Prices
    Quote a price only after list_prices has answered.
    `,
  );
  expect(
    (await lensMarks(session, TOOLS)).map(({ range, says }) => `${range.start.line + 1}: ${says}`),
  ).toEqual(['5: 6 calls', '17: 8 calls · 5 errors · 1 malformed · 3 findings', '32: 4 calls']);
});

test('lenses stand where they stand before any pass; only words come with it', async () => {
  const session = await startSession('clinic', { isIndexed: false });
  await session.open(TOOLS);
  await session.open(PROMPT);
  const before = [...(await lensMarks(session, TOOLS)), ...(await lensMarks(session, PROMPT))];
  expect(new Set(before.map(({ says }) => says))).toEqual(new Set(['Faultline: reading traces…']));
  await session.refresh();
  const after = [...(await lensMarks(session, TOOLS)), ...(await lensMarks(session, PROMPT))];
  expect(after.map(({ range }) => range)).toEqual(before.map(({ range }) => range));
});

test('a tool that nobody called, and a new one', async () => {
  const session = await startSession('clinic');
  const text = await session.read(TOOLS);
  const added = text.replace('[', '[ { "name": "send_bill", "parameters": { "type": "object" } },');
  await session.open(TOOLS, added);
  expect((await lensMarks(session, TOOLS))[0]?.says).toBe('never called in the traces');
});

test('one hint a line, at its end, of the strongest finding', async () => {
  const session = await startSession('clinic');
  await checkHints(
    session,
    PROMPT,
    `
    You are the reception desk of a small veterinary clinic. Be kind and brief.
                                                                               ^ 6 of 12 runs: failed

    ## Booking
    Look the animal up with find_animal before you call book_visit.

    ## Prices
             ^ 1 of 3 runs: repeated list_prices
    Quote a price only after list_prices has answered.
    `,
  );
  const text = await session.read(TOOLS);
  for (const { label, position } of await hints(session, TOOLS, text)) {
    expect(String(label).length).toBeLessThanOrEqual(40);
    expect(position.character).toBe(text.split('\n')[position.line]?.length);
  }
});

test('hints only for the lines that are asked for, and before a Windows line ending', async () => {
  const session = await startSession('clinic');
  const text = (await session.read(PROMPT)).replaceAll('\n', '\r\n');
  await session.open(PROMPT, text);
  expect((await hints(session, PROMPT, text)).map(({ position }) => position)).toEqual([
    { line: 0, character: 75 },
    { line: 5, character: 9 },
  ]);
  const asked = await session.client.sendRequest('textDocument/inlayHint', {
    textDocument: { uri: session.uri(PROMPT) },
    range: { start: { line: 1, character: 0 }, end: { line: 4, character: 0 } },
  });
  expect(asked).toEqual([]);
});

test('the hover says what, how often, since when, on which wording, for example, how sure', async () => {
  const session = await startSession('clinic');
  const id = ((await pullDiagnostics(session, PROMPT)) as { items: { data: { finding: string } }[] }).items[1]
    ?.data.finding;
  await checkHover(
    session,
    PROMPT,
    '## Prices',
    `
    **1 of 3 runs that called list\\_prices made the same call again** · likely · \`repeated-call\`

    On this wording. First seen 2031-03-08, last 2031-03-08.

    Example: \`chats-834b/price-02\`, message 5

    \`list_prices({}) again, first in message 2\`

    Evidence: related: the runs carried this text; not proved to be the cause.

    [Open example run](command:faultline.openRun?%5B%22chats-834b%2Fprice-02%22%2C5%5D) · [Show all](command:faultline.showFinding?%5B%22${id}%22%5D) · [Hide this](command:faultline.hideFinding?%5B%22${id}%22%5D)
    `,
  );
  expect(await hoverText(session, PROMPT, 'Look the animal')).toBeNull();
});

describe('after an edit', () => {
  test('what was counted on the old words is faded and says so; the rest moves along', async () => {
    const session = await startSession('clinic');
    await session.open(PROMPT);
    await checkDiagnostics(
      session,
      PROMPT,
      `
      You are the reception desk of a small veterinary clinic. Be kind and brief.
      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint failed-outcome (faded): Before your edit: 6 of 12 runs that carried this prompt were recorded as failed

      ## Visitors
      Visits cannot be cancelled by chat.

      ## Prices
      ^^^^^^^^^ hint repeated-call: 1 of 3 runs that called list_prices made the same call again
      Quote a price only after list_prices has answered.
      `,
    );
    await checkHints(
      session,
      PROMPT,
      `
      You are the reception desk of a small veterinary clinic. Be kind and brief.
                                                                                 ^ before your edit: 6 of 12 runs: failed

      ## Prices
               ^ before your edit: 1 of 3 runs: repeated…
      Ask list_prices once.
      `,
    );
    expect(await hoverText(session, PROMPT, '## Prices')).toContain('Counted **before your edit**');
  });

  test('taking the edit back brings everything back', async () => {
    const session = await startSession('clinic');
    const text = await session.read(TOOLS);
    await session.open(TOOLS);
    const before = await pullDiagnostics(session, TOOLS);
    await session.edit(TOOLS, text.replace('on_day', 'day'));
    expect(await pullDiagnostics(session, TOOLS)).not.toEqual(before);
    await session.edit(TOOLS, text);
    expect(await pullDiagnostics(session, TOOLS)).toEqual(before);
  });

  test('JSON half typed keeps its findings', async () => {
    const session = await startSession('clinic');
    const text = await session.read(TOOLS);
    await session.open(TOOLS);
    for (const broken of [
      text.slice(0, 700),
      text.replace('"on_day": {', '"on_day": '),
      '',
      'nothing of it',
    ]) {
      await session.edit(TOOLS, broken);
      const report = await pullDiagnostics(session, TOOLS);
      expect(report.kind === 'full' && report.items).toHaveLength(3);
    }
  });

  test('a file that was closed, changed and opened again is read again', async () => {
    const session = await startSession('clinic');
    await session.open(PROMPT);
    await pullDiagnostics(session, PROMPT);
    await session.close(PROMPT);
    await session.open(PROMPT, 'All new words.\n');
    const report = await pullDiagnostics(session, PROMPT);
    expect(report.kind === 'full' && report.items.every(({ tags }) => tags?.includes(1))).toBe(true);
  });
});

describe('switches', () => {
  const surfaces = async (session: Awaited<ReturnType<typeof startSession>>) => {
    const report = await pullDiagnostics(session, TOOLS);
    return {
      diagnostics: report.kind === 'full' && report.items.length > 0,
      codeLens: (await lenses(session, TOOLS)).length > 0,
      inlayHints: (await hints(session, TOOLS, await session.read(TOOLS))).length > 0,
      hover: (await hoverText(session, TOOLS, '"on_day": {')) !== null,
    };
  };
  const on = { diagnostics: true, codeLens: true, inlayHints: true, hover: true };

  test('each surface has its own, and the editor is asked to ask again', async () => {
    const session = await startSession('clinic');
    expect(await surfaces(session)).toEqual(on);
    for (const key of ['diagnostics', 'codeLens', 'inlayHints'] as const) {
      await session.configure({ [key]: false });
      expect(await surfaces(session)).toEqual({ ...on, [key]: false });
    }
    await session.configure({});
    expect(await surfaces(session)).toEqual(on);
    expect(session.refreshes.get('workspace/diagnostic/refresh')).toBeGreaterThanOrEqual(5);
    expect(session.refreshes.get('workspace/codeLens/refresh')).toBeGreaterThanOrEqual(5);
    expect(session.refreshes.get('workspace/inlayHint/refresh')).toBeGreaterThanOrEqual(5);
  });

  test('the master switch turns all of them off, and indexing too', async () => {
    const session = await startSession('clinic');
    await session.configure({ enable: false });
    expect(await surfaces(session)).toEqual({
      diagnostics: false,
      codeLens: false,
      inlayHints: false,
      hover: false,
    });
    await session.write('traces/more.jsonl', await session.read('traces/chats.jsonl'));
    expect(await session.refresh()).toEqual({ state: 'waiting' });
    await session.configure({});
    expect(await surfaces(session)).toEqual(on);
    expect(await session.refresh()).toMatchObject({ state: 'ready', runs: 24 });
  });

  test('a setting of the wrong type counts as not set', async () => {
    const session = await startSession('clinic', {
      settings: { diagnostics: 'yes', findings: { maxPerFile: null }, traces: [1] },
    });
    expect(await surfaces(session)).toEqual(on);
  });
});

test('the status goes from reading to figures', async () => {
  const session = await startSession('clinic');
  const states = session.statuses.map(({ state }) => state);
  expect(states[0]).toBe('working');
  expect(states.at(-1)).toBe('ready');
  expect(session.statuses.at(-1)).toEqual({
    state: 'ready',
    runs: 12,
    failedRuns: 6,
    findings: 5,
    hidden: 0,
    problems: 0,
    notice: null,
  } satisfies Status);
});

test('a file outside the folder and a file of another scheme have no annotations', async () => {
  const session = await startSession('clinic');
  for (const uri of [
    'file:///elsewhere/prompts/a.md',
    'untitled:Untitled-1',
    session.uri('prompts/a.md').replace('/workspace/', '/workspace-2/'),
  ]) {
    const textDocument = { uri, languageId: 'markdown', version: 1, text: 'You are a desk.' };
    await session.client.sendNotification('textDocument/didOpen', { textDocument });
    expect(await session.client.sendRequest('textDocument/codeLens', { textDocument: { uri } })).toEqual([]);
    expect(await session.client.sendRequest('textDocument/diagnostic', { textDocument: { uri } })).toEqual({
      kind: 'full',
      items: [],
    });
  }
});
