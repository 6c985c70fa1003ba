// A folder without prompts, tools and traces must cost nothing.
import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { extensions, workspace } from 'vscode';
import { page } from '../page.ts';

describe('In a folder without relevant files', () => {
  const extension = extensions.getExtension('faultline.faultline');

  before(async () => {
    await extension?.activate();
    await extension?.exports.looked;
  });

  it('activation starts no server', () => {
    assert.equal(workspace.workspaceFolders?.length, 1);
    assert.equal(extension?.exports.serverStarted(), false);
  });

  it('activation loads no DuckDB', () => {
    const report = process.report.getReport() as unknown as { sharedObjects: string[] };
    assert.ok(report.sharedObjects.length > 0, 'the report lists loaded libraries');
    assert.deepEqual(
      report.sharedObjects.filter((library) => /duckdb/i.test(library)),
      [],
    );
  });

  it('nothing is shown in the status bar', async () => {
    const items = await page.textsOf('.statusbar-item');
    assert.ok(!items.some((text) => text.includes('Faultline')), items.join(' | '));
  });
});
