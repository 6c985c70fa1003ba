// Restricted Mode: findings from traces inside the folder, no git, no replay, until the folder is trusted.
import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { type CodeAction, commands, extensions, languages, Range, Uri, window, workspace } from 'vscode';
import { eventually } from '../eventually.ts';
import { page } from '../page.ts';

const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file('/no-folder');
const tools = Uri.joinPath(folder, 'tools', 'portfolio.json');

describe('In Restricted Mode', () => {
  before(async () => {
    await extensions.getExtension('faultline.faultline')?.activate();
    await window.showTextDocument(tools);
    await eventually(() => assert.ok(languages.getDiagnostics(tools).length > 0), 60_000);
  });

  it('findings are shown', () => {
    assert.equal(workspace.isTrusted, false);
    assert.ok(languages.getDiagnostics(tools).some(({ message }) => message.includes('get_transactions')));
  });

  it('a fix is offered as a static proof only', async () => {
    const range = languages.getDiagnostics(tools)[0]?.range ?? new Range(0, 0, 0, 0);
    const actions = await commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      tools,
      range,
      undefined,
      10,
    );
    const fix = actions.find(({ title }) => title.includes('State the format'));
    assert.match(fix?.title ?? '', /no replay in Restricted Mode/);
    await commands.executeCommand('faultline.proposeFix', ...(fix?.command?.arguments ?? []));
    const scorecard = page.inWebview('#scorecard h1');
    assert.match(await scorecard.textOf('h1'), /not validated/i);
    assert.match(await scorecard.textOf('header'), /static proof, not replayed/);
    assert.match(await scorecard.textOf('header'), /0 requests/);
    await page.screenshot('restricted-scorecard');
  });
});
