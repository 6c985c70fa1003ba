// A server that does not start is said so, and can be started again without a new window.
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { commands, extensions, languages, Uri, workspace } from 'vscode';
import { eventually } from '../eventually.ts';
import { page } from '../page.ts';

const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file('/no-folder');

describe('A server that does not start', () => {
  const extension = extensions.getExtension('faultline.faultline');
  const server = Uri.joinPath(extension?.extensionUri ?? folder, 'dist', 'server.js').fsPath;

  before(async () => {
    await extension?.activate();
    await extension?.exports.looked;
    assert.equal(extension?.exports.serverStarted(), false);
    renameSync(server, `${server}.away`);
    await workspace.fs.copy(
      Uri.joinPath(extension?.extensionUri ?? folder, 'media', 'sample', 'tools'),
      Uri.joinPath(folder, 'tools'),
    );
  });

  it('is reported with a way to try again', async () => {
    await page.waitFor('text=The language server did not start');
    assert.equal(extension?.exports.serverStarted(), false);
  });

  it('is started again on request', async () => {
    renameSync(`${server}.away`, server);
    await workspace.fs.copy(
      Uri.joinPath(extension?.extensionUri ?? folder, 'media', 'sample', 'traces'),
      Uri.joinPath(folder, 'traces'),
    );
    // VS Code shows no toasts to its test driver; the list of notifications holds the same buttons.
    await commands.executeCommand('notifications.showList');
    await page.click('.notifications-center .monaco-button:has-text("Try again")');
    await eventually(() => assert.ok(extension?.exports.serverStarted()), 10_000);
    await eventually(() => assert.ok(languages.getDiagnostics().some(([, all]) => all.length > 0)), 60_000);
  });
});
