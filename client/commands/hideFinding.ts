import * as vscode from 'vscode';
import { HIDE_FINDING, UNHIDE_ALL } from '../../server/protocol/messages.ts';
import type { Extension } from '../extension.ts';

/** Hides one finding for good, with a reason that can be read later. Called with an id or from the side panel. */
export async function hideFinding(
  extension: Extension,
  target?: string | { readonly row: { readonly id: string } },
): Promise<void> {
  const finding = typeof target === 'string' ? target : target?.row.id;
  if (finding === undefined) return;
  const reason = await vscode.window.showInputBox({
    title: 'Hide this finding',
    prompt: 'Why? (optional; kept beside the finding, Escape cancels)',
    placeHolder: 'expected in this workflow',
  });
  if (reason === undefined) return;
  const client = await extension.client();
  await client.sendRequest(HIDE_FINDING, { finding, reason });
}

export async function unhideAll(extension: Extension): Promise<void> {
  const client = await extension.client();
  const count = await client.sendRequest<number>(UNHIDE_ALL);
  void vscode.window.setStatusBarMessage(`Faultline: ${count} hidden findings are shown again`, 5000);
}
