import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { commands, extensions, workspace } from 'vscode';
import { grantTrust } from '../grantTrust.ts';
import { page } from '../page.ts';

describe('The test host in Restricted Mode', () => {
  it('opens the folder without trust', async () => {
    assert.equal(workspace.isTrusted, false);
    await page.waitFor('text=Restricted Mode');
    assert.ok(
      extensions.getExtension('faultline.faultline-test-probe'),
      'declares that it supports untrusted folders',
    );
    await page.screenshot('smoke-restricted');
  });

  it('lets a suite grant trust without a restart', async () => {
    await grantTrust();
    assert.equal(workspace.isTrusted, true);
    await commands.executeCommand('workbench.action.closeAllEditors');
  });
});
