import * as vscode from 'vscode';
import type { Extension } from '../extension.ts';

/** Copies the bundled sample to the extension's storage, so that edits never touch the installed files, and opens it. */
export async function openSample(extension: Extension): Promise<void> {
  const { context } = extension;
  const from = vscode.Uri.joinPath(context.extensionUri, 'media', 'sample');
  const to = sampleFolder(context);
  const exists = await vscode.workspace.fs.stat(to).then(
    () => true,
    () => false,
  );
  const again = exists
    ? await vscode.window.showQuickPick(['Open as I left it', 'Start over from the original'], {
        title: 'The sample workspace was opened before',
      })
    : 'Start over from the original';
  if (again === undefined) return;
  if (again !== 'Open as I left it') await vscode.workspace.fs.copy(from, to, { overwrite: true });
  await vscode.commands.executeCommand('vscode.openFolder', to, { forceNewWindow: false });
}

export function sampleFolder(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.globalStorageUri, 'sample');
}

/** True for the copy that `openSample` makes and, while developing, for the original: the scripted model may be started there alone. */
export function isSampleFolder(context: vscode.ExtensionContext): boolean {
  const original = vscode.Uri.joinPath(context.extensionUri, 'media', 'sample').fsPath;
  const samples = [sampleFolder(context).fsPath, original];
  return vscode.workspace.workspaceFolders?.some(({ uri }) => samples.includes(uri.fsPath)) ?? false;
}
