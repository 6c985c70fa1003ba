// The way from a folder with traces to the failing message of a run, as a person goes it.
import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import {
  type CodeAction,
  type CodeLens,
  commands,
  DiagnosticSeverity,
  extensions,
  type Hover,
  languages,
  type MarkdownString,
  Range,
  Uri,
  window,
  workspace,
} from 'vscode';
import { eventually } from '../eventually.ts';
import { page } from '../page.ts';

const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file('/no-folder');
const prompt = Uri.joinPath(folder, 'prompts', 'advisor.md');
const tools = Uri.joinPath(folder, 'tools', 'portfolio.json');

describe('Findings', () => {
  before(async () => {
    await extensions.getExtension('faultline.faultline')?.activate();
    await commands.executeCommand('workbench.action.closeAuxiliaryBar');
    await window.showTextDocument(tools);
    await eventually(async () => assert.ok(languages.getDiagnostics(tools).length > 0), 60_000);
  });

  it('stand in Problems for files that are not even open', async () => {
    await eventually(() => {
      const found = languages.getDiagnostics(prompt);
      assert.ok(found.length > 0, 'no diagnostics for the prompt');
      assert.ok(found.every(({ source }) => source === 'Faultline'));
    });
  });

  it('name the parameter, with counts and a rule page', () => {
    const since = languages.getDiagnostics(tools).find(({ message }) => message.includes('since:'));
    assert.ok(since, JSON.stringify(languages.getDiagnostics(tools).map(({ message }) => message)));
    assert.match(since.message, /^\d+ of \d+ runs that called get_transactions sent bad arguments/);
    assert.equal(since.severity, DiagnosticSeverity.Warning);
    const code = since.code as { value: string; target: Uri };
    assert.equal(code.value, 'invalid-arguments');
    assert.match(code.target.path, /docs\/rules\/invalid-arguments\.md$/);
  });

  it('are counted above prompts and tools', async () => {
    await workspace.openTextDocument(prompt);
    const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', prompt, 20);
    assert.match(lenses[0]?.command?.title ?? '', /^\d+ of \d+ runs failed · \d+ findings here$/);
    const ofTools = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', tools, 20);
    assert.ok(ofTools.some((lens) => /^\d+ calls · .*malformed/.test(lens.command?.title ?? '')));
  });

  it('are explained in the hover, with one example', async () => {
    const since = languages.getDiagnostics(tools).find(({ message }) => message.includes('since:'));
    const hovers = await commands.executeCommand<Hover[]>(
      'vscode.executeHoverProvider',
      tools,
      since?.range.start,
    );
    const text = hovers
      .flatMap(({ contents }) => contents.map((part) => (part as MarkdownString).value))
      .join('\n');
    assert.match(text, /Example: `/);
    assert.match(text, /on this wording/);
    assert.match(text, /command:faultline\.openRun/);
  });

  it('offer fixes that resolve to a command and edit nothing by themselves', async () => {
    const since = languages.getDiagnostics(tools).find(({ message }) => message.includes('since:'));
    const range = since?.range ?? new Range(0, 0, 0, 0);
    const actions = await commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      tools,
      range,
      undefined,
      20,
    );
    const fix = actions.find(({ title }) => title.startsWith('State the format of since'));
    assert.ok(fix, actions.map(({ title }) => title).join('\n'));
    assert.equal(fix.edit, undefined);
    assert.equal(fix.command?.command, 'faultline.proposeFix');
  });

  it('can be seen: lens, hint, squiggle and status bar', async () => {
    const editor = await window.showTextDocument(tools);
    const since = languages.getDiagnostics(tools).find(({ message }) => message.includes('since:'));
    editor.revealRange(since?.range ?? new Range(0, 0, 0, 0));
    await page.waitFor('.codelens-decoration:has-text("calls")');
    await page.waitFor('.monaco-workbench .statusbar-item:has-text("Faultline")');
    await page.screenshot('tool-definition');
    await window.showTextDocument(prompt);
    await page.waitFor('.codelens-decoration:has-text("runs failed")');
    await page.screenshot('prompt');
    await page.hoverText('Tax');
    await page.waitFor('.monaco-hover:has-text("Open example run")');
    await page.screenshot('hover');
    await page.press('Escape');
  });

  it('lead in the side panel from file to finding to run', async () => {
    await commands.executeCommand('faultline.focusFindings');
    await page.waitFor('.pane-body .monaco-list-row:has-text("advisor.md")');
    const since = await findingId(/since:/);
    await commands.executeCommand('faultline.showFinding', since);
    await page.waitFor('.monaco-list-row[aria-level="3"]');
    await page.screenshot('side-panel');
  });

  it('open a run at the failing message', async () => {
    const since = languages.getDiagnostics(tools).find(({ message }) => message.includes('since:'));
    const hovers = await commands.executeCommand<Hover[]>(
      'vscode.executeHoverProvider',
      tools,
      since?.range.start,
    );
    const text = hovers
      .flatMap(({ contents }) => contents.map((part) => (part as MarkdownString).value))
      .join('\n');
    const [, parameters = ''] = /command:faultline\.openRun\?([^)]+)\)/.exec(text) ?? [];
    const [run, message] = JSON.parse(decodeURIComponent(parameters)) as [string, number];
    await commands.executeCommand('faultline.openRun', run, message);
    const editor = window.activeTextEditor;
    assert.equal(editor?.document.uri.scheme, 'faultline-run');
    const line = editor?.document.lineAt(editor.selection.active.line).text ?? '';
    assert.match(line, new RegExp(`^## ${message} · assistant → get_transactions`));
    assert.match(editor?.document.getText() ?? '', /⚠ \*\*invalid-arguments\*\*/);
    await page.screenshot('run');
  });

  it('fade when their text is edited, and come back with undo', async () => {
    const editor = await window.showTextDocument(tools);
    const before = languages.getDiagnostics(tools).find(({ message }) => message.includes('since:'));
    assert.ok(before);
    const text = editor.document.getText();
    const description = text.indexOf('Start of the period');
    assert.ok(description > 0);
    await editor.edit((edit) => edit.insert(editor.document.positionAt(description), 'First day. '));
    await eventually(() => {
      const now = languages.getDiagnostics(tools).find(({ message }) => message.includes('since:'));
      assert.match(now?.message ?? '', /^Before your edit: /);
    });
    await commands.executeCommand('undo');
    await eventually(() => {
      const now = languages.getDiagnostics(tools).find(({ message }) => message.includes('since:'));
      assert.equal(now?.message, before.message);
    });
  });
});

async function findingId(message: RegExp): Promise<string> {
  const actions = await commands.executeCommand<CodeAction[]>(
    'vscode.executeCodeActionProvider',
    tools,
    languages.getDiagnostics(tools).find((found) => message.test(found.message))?.range ??
      new Range(0, 0, 0, 0),
    undefined,
    20,
  );
  const hide = actions.find(({ command }) => command?.command === 'faultline.hideFinding');
  return String(hide?.command?.arguments?.[0]);
}
