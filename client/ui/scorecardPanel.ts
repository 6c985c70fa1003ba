import { createHash, randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { FIX_APPLIED, type FixProposal } from '../../server/protocol/messages.ts';
import type { FromScorecard, ToScorecard } from '../../server/protocol/scorecard.ts';
import { openRun } from '../commands/openRun.ts';
import type { Extension } from '../extension.ts';
import { proposedDocuments } from './proposedDocuments.ts';

type Proposal = Extract<FixProposal, { ok: true }>;

/** The verdict with its numbers above the diff; the only place from which an edit is applied. */
export async function showScorecard(extension: Extension, proposal: Proposal): Promise<void> {
  const media = vscode.Uri.joinPath(extension.context.extensionUri, 'dist', 'media');
  const panel = vscode.window.createWebviewPanel(
    'faultline.scorecard',
    `Fix: ${proposal.title}`,
    { viewColumn: vscode.ViewColumn.Active, preserveFocus: false },
    { enableScripts: true, localResourceRoots: [media], retainContextWhenHidden: true },
  );
  const post = (message: ToScorecard) => panel.webview.postMessage(message);
  panel.webview.onDidReceiveMessage(async (message: FromScorecard) => {
    switch (message.type) {
      case 'ready':
        await post({ type: 'proposal', proposal });
        return;
      case 'apply':
        if (await applyProposal(extension, proposal)) panel.dispose();
        return;
      case 'discard':
        panel.dispose();
        return;
      case 'diff':
        await openDiff(proposal);
        return;
      case 'run':
        await openRun(extension, message.run, message.message);
    }
  });
  panel.webview.html = page(panel.webview, media);
}

/** One undoable edit, only on the very text that was checked, and only after a yes when the verdict is not `accept`. */
async function applyProposal(extension: Extension, proposal: Proposal): Promise<boolean> {
  const uri = vscode.Uri.parse(proposal.uri);
  const document = await vscode.workspace.openTextDocument(uri);
  if (createHash('sha256').update(document.getText()).digest('hex') !== proposal.baseHash) {
    void vscode.window.showWarningMessage(
      `Faultline: ${proposal.file} has changed since the check. Run the fix again to check it on today's text.`,
    );
    return false;
  }
  const { result, why } = proposal.verdict;
  if (result === 'reject') return false;
  if (result !== 'accept') {
    const yes = await vscode.window.showWarningMessage(
      `This edit is ${result}: ${why}`,
      { modal: true },
      'Apply anyway',
    );
    if (yes !== 'Apply anyway') return false;
  }
  const edit = new vscode.WorkspaceEdit();
  edit.set(
    uri,
    proposal.edits.map(({ range, newText }) =>
      vscode.TextEdit.replace(
        new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character),
        newText,
      ),
    ),
  );
  if (!(await vscode.workspace.applyEdit(edit))) return false;
  await vscode.window.showTextDocument(document);
  const client = await extension.client();
  await client.sendRequest(FIX_APPLIED, { finding: proposal.finding, strategy: proposal.strategy });
  return true;
}

async function openDiff(proposal: Proposal): Promise<void> {
  const uri = vscode.Uri.parse(proposal.uri);
  const proposed = await proposedDocuments.add(uri, proposal.edits);
  await vscode.commands.executeCommand('vscode.diff', uri, proposed, `${proposal.file}: proposed fix`);
}

function page(webview: vscode.Webview, media: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const at = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString();
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Faultline scorecard</title>
<link rel="stylesheet" href="${at('codicon.css')}">
<link rel="stylesheet" href="${at('scorecard.css')}">
</head>
<body><main id="scorecard" aria-live="polite"></main><script nonce="${nonce}" src="${at('scorecard.js')}"></script></body>
</html>`;
}
