// From the light bulb to an applied edit and back, against endpoints on this machine.
import assert from 'node:assert/strict';
import { LLMock } from '@copilotkit/aimock';
import { after, before, describe, it } from 'mocha';
import {
  type CodeAction,
  ConfigurationTarget,
  commands,
  extensions,
  languages,
  Range,
  Uri,
  window,
  workspace,
} from 'vscode';
import { type ScriptedEndpoint, startScriptedEndpoint } from '../../../server/sample/scriptedEndpoint.ts';
import { eventually } from '../eventually.ts';
import { page } from '../page.ts';

const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file('/no-folder');
const portfolio = Uri.joinPath(folder, 'tools', 'portfolio.json');
const market = Uri.joinPath(folder, 'tools', 'market.json');

describe('A quick fix', () => {
  let scripted: ScriptedEndpoint;

  before(async () => {
    await extensions.getExtension('faultline.faultline')?.activate();
    scripted = await startScriptedEndpoint();
    await useEndpoint(scripted.url);
    await window.showTextDocument(portfolio);
    await eventually(() => assert.ok(languages.getDiagnostics(portfolio).length > 0), 60_000);
  });

  after(async () => {
    await scripted.close();
    await useEndpoint('');
  });

  it('asks before it sends anything', async () => {
    const fix = await fixFor(portfolio, /since:/);
    const proposing = run(fix);
    const question = await message();
    assert.match(question, /Replay \d+ failing and \d+ passing runs with both wordings\? About \d+ requests/);
    assert.equal(scripted.requests(), 0);
    await page.screenshot('consent');
    await choose('Replay');
    await proposing;
  });

  it('is accepted on recorded traffic and shows its numbers', async () => {
    const scorecard = page.inWebview('#scorecard h1');
    assert.match(await scorecard.textOf('h1'), /accept/i);
    const header = await scorecard.textOf('header');
    assert.match(header, /\d+ recorded failures/);
    assert.match(header, /\d+ passing runs/);
    assert.match(header, /worst case [\d.]+ % breakage/);
    assert.match(await scorecard.textOf('.notes'), /scripted model/);
    assert.ok((await scorecard.textsOf('tbody tr')).length > 60, 'every sample is listed');
    assert.ok(scripted.requests() > 0);
    assert.deepEqual(await scorecard.accessibilityProblems(), []);
    await page.screenshot('scorecard-accept');
  });

  it('applies as one edit that one undo takes back', async () => {
    const before = (await workspace.openTextDocument(portfolio)).getText();
    await page.inWebview('#scorecard h1').click('button.primary');
    const document = await workspace.openTextDocument(portfolio);
    await eventually(() => assert.notEqual(document.getText(), before));
    assert.doesNotThrow(() => JSON.parse(document.getText()));
    await eventually(() =>
      assert.equal(window.activeTextEditor?.document.uri.toString(), portfolio.toString()),
    );
    await page.screenshot('applied');
    await commands.executeCommand('undo');
    await eventually(() => assert.equal(document.getText(), before));
  });

  it('that breaks passing calls is rejected, stays in the menu and edits nothing', async () => {
    const document = await workspace.openTextDocument(market);
    await window.showTextDocument(document);
    await eventually(() => assert.ok(languages.getDiagnostics(market).length > 0));
    const before = document.getText();
    await accepted(run(await fixFor(market, /as_of:/)));
    const scorecard = page.inWebview('#scorecard h1.reject');
    assert.match(await scorecard.textOf('h1'), /reject/i);
    assert.ok(!(await scorecard.textsOf('button')).some((label) => label.includes('Apply')));
    await page.screenshot('scorecard-reject');
    await scorecard.click('button:has-text("Close")');

    const again = await fixFor(market, /as_of:/);
    assert.match(again.title, /^Rejected: breaks \d+ of \d+ passing runs\. Show why$/);
    assert.equal(again.command?.command, 'faultline.showVerdict');
    const asked = scripted.requests();
    await run(again);
    await page.inWebview('#scorecard h1.reject').textOf('h1');
    assert.equal(scripted.requests(), asked, 'showing why asks nothing');
    assert.equal(document.getText(), before);
    await page.inWebview('#scorecard h1.reject').click('button:has-text("Close")');
  });

  it('that changes requests but not behaviour is inconclusive, with answers drawn for both arms', async () => {
    const mock = new LLMock({ port: 0 });
    // Whatever the wording says: the same bad call.
    mock.on({ predicate: () => true }, () => ({
      toolCalls: [
        { name: 'get_transactions', arguments: JSON.stringify({ account_id: 'ACC-1', since: '01/02/2026' }) },
      ],
    }));
    await mock.start();
    try {
      await useEndpoint(`${mock.url}/v1`);
      await window.showTextDocument(portfolio);
      await accepted(run(await fixFor(portfolio, /since:/)));
      const scorecard = page.inWebview('#scorecard h1.inconclusive');
      assert.match(await scorecard.textOf('h1'), /inconclusive/i);
      const requests = mock.getRequests();
      const texts = requests.map(({ body }) => JSON.stringify(body));
      const distinct = new Set(texts);
      assert.ok(distinct.size > 1, 'the arms differ');
      for (const text of distinct) {
        assert.ok(texts.filter((other) => other === text).length >= 3, 'each arm drew its own answers');
      }
      await page.screenshot('scorecard-inconclusive');
      await scorecard.click('button:has-text("Discard")');
    } finally {
      await mock.stop();
      await useEndpoint(scripted.url);
    }
  });

  it('without an endpoint is proved statically, not validated, and says so', async () => {
    await useEndpoint('');
    const running = run(await fixFor(portfolio, /since:/));
    assert.match(await message(), /No model endpoint is configured/);
    await choose('Static Proof Only');
    await running;
    const scorecard = page.inWebview('#scorecard h1.not-validated');
    assert.match(await scorecard.textOf('h1'), /not validated/i);
    assert.match(await scorecard.textOf('header'), /0 requests/);
    await page.screenshot('scorecard-static');
  });
});

async function useEndpoint(endpoint: string): Promise<void> {
  await workspace
    .getConfiguration('faultline')
    .update('model', { endpoint, name: '' }, ConfigurationTarget.Global);
}

/** The rule-written fix of the finding whose message matches, once the last pass offers it. */
async function fixFor(file: Uri, message: RegExp): Promise<CodeAction> {
  let fix: CodeAction | undefined;
  await eventually(async () => {
    const found = languages.getDiagnostics(file).find((diagnostic) => message.test(diagnostic.message));
    const actions = await commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      file,
      found?.range ?? new Range(0, 0, 0, 0),
      undefined,
      20,
    );
    fix = actions.find(({ title }) => /^(State|Rejected:)/.test(title));
    assert.ok(fix, actions.map(({ title }) => title).join('\n'));
  }, 30_000);
  return fix as CodeAction;
}

function run({ command }: CodeAction): Thenable<unknown> {
  assert.ok(command);
  return commands.executeCommand(command.command, ...(command.arguments ?? []));
}

/** Says yes to the question that precedes a replay, and waits for its end. */
async function accepted(proposing: Thenable<unknown>): Promise<void> {
  await message();
  await choose('Replay');
  await proposing;
}

/**
 * VS Code shows no toasts to its test driver; the list of notifications holds the same message and
 * buttons. An empty list does not open, so it is asked for until our question is in it.
 */
async function message(): Promise<string> {
  let found: string | undefined;
  await eventually(async () => {
    await commands.executeCommand('notifications.showList');
    const messages = await page.textsOf('.notifications-center .notification-list-item-message');
    found = messages.find((text) => /wordings|endpoint is configured/.test(text));
    assert.ok(found, messages.join(' | '));
  }, 30_000);
  return found ?? '';
}

function choose(label: string): Promise<void> {
  return page.click(`.notifications-center .monaco-button:has-text("${label}")`);
}
