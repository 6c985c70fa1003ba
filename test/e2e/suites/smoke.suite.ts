// Proves the tests' own host: what every other suite takes for granted.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import {
  commands,
  extensions,
  type Hover,
  type MarkdownString,
  Position,
  Uri,
  window,
  workspace,
} from 'vscode';
import { page } from '../page.ts';
import { currentSession } from '../session.ts';

describe('The test host', () => {
  const session = currentSession();
  const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file('/no-folder');
  const prompt = Uri.joinPath(folder, 'prompt.md');

  before(async () => {
    await window.showTextDocument(prompt);
    await extensions.getExtension('faultline.faultline-test-probe')?.activate();
  });

  it('opens a copy of the fixture workspace, in a repository if asked', () => {
    assert.equal(path.dirname(path.dirname(folder.fsPath)), session.folder);
    assert.equal(existsSync(path.join(folder.fsPath, '.git')), session.name === 'smoke dark');
  });

  it('runs the extension from its folder or from its package', () => {
    const extension = extensions.getExtension('faultline.faultline-test-probe');
    const isInstalled = extension?.extensionPath.startsWith(path.join(session.folder, 'extensions')) ?? false;
    assert.equal(extension?.isActive, true);
    assert.equal(isInstalled, session.installed.length > 0);
  });

  it('answers through the commands that stand for the editor', async () => {
    const hovers = await commands.executeCommand<Hover[]>(
      'vscode.executeHoverProvider',
      prompt,
      new Position(2, 1),
    );
    const texts = hovers.flatMap(({ contents }) =>
      contents.map((content) => (content as MarkdownString).value),
    );
    assert.deepEqual(texts, ['Probe hover: Search']);
  });

  it('starts in the theme of the run', async () => {
    await page.waitFor(`.monaco-workbench.${session.theme === 'dark' ? 'vs-dark' : 'vs'}`);
  });

  it('shows a lens and takes a picture of it', async () => {
    await page.waitFor('.codelens-decoration');
    assert.match(await page.textOf('.codelens-decoration'), /Probe lens/);
    const picture = await page.screenshot('smoke-lens');
    assert.ok(existsSync(picture), picture);
  });

  it('shows a hover over a word', async () => {
    await page.hoverText('Search');
    await page.waitFor('.monaco-hover:has-text("Probe hover: Search")');
    await page.screenshot('smoke-hover');
    await page.screenshot('smoke-hover-close', '.monaco-hover:has-text("Probe hover")');
    await page.press('Escape');
  });

  it('sees and uses a web view', async () => {
    await page.click('.codelens-decoration a');
    const panel = page.inWebview('#probe');
    assert.equal(await panel.textOf('h1'), 'Probe panel');
    await panel.click('button');
    await panel.click('button');
    assert.deepEqual(await panel.textsOf('output'), ['2']);
    await panel.fill('input', 'Ada');
    const value = await panel.evaluate(
      (selector: string) => document.querySelector<HTMLInputElement>(selector)?.value,
      'input',
    );
    assert.equal(value, 'Ada');
    await page.screenshot('smoke-webview');
  });

  it('checks a web view with axe-core', async () => {
    const panel = page.inWebview('#probe');
    assert.deepEqual(await panel.accessibilityProblems('#probe'), []);
    assert.deepEqual(await panel.accessibilityProblems('#flawed'), [
      'critical: Images must have alternative text (image-alt) at img',
    ]);
  });

  it('says what the page could not do', async () => {
    await assert.rejects(page.textOf('['), /page\.textOf: .*selector/);
  });
});
