import * as vscode from 'vscode';
import { TRANSCRIPT_LINE } from '../../server/protocol/messages.ts';
import { runUri } from '../../server/protocol/runUri.ts';
import type { Extension } from '../extension.ts';

/** Opens a run's transcript at the message that shows the failure. */
export async function openRun(extension: Extension, run: string, message = 0): Promise<void> {
  const client = await extension.client();
  const line = await client.sendRequest<number | null>(TRANSCRIPT_LINE, { run, message });
  if (line === null) {
    void vscode.window.showWarningMessage(
      `Faultline: run ${run} is not in the index any more. Run "Faultline: Refresh" and try again.`,
    );
    return;
  }
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(runUri(run)));
  const at = new vscode.Range(line, 0, line, 0);
  const editor = await vscode.window.showTextDocument(document, { selection: at, preview: true });
  editor.revealRange(at, vscode.TextEditorRevealType.AtTop);
}
