import * as vscode from 'vscode';
import type { Extension } from '../extension.ts';

export const KEY_NAME = 'faultline.modelKey';

/** Keeps the endpoint's key in the editor's secret storage; an empty input removes it. */
export async function setModelKey(extension: Extension): Promise<void> {
  const key = await vscode.window.showInputBox({
    title: 'Key of the model endpoint',
    prompt: 'Stored in the secret storage of this editor. Leave empty to remove it.',
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) return;
  if (key === '') await extension.context.secrets.delete(KEY_NAME);
  else await extension.context.secrets.store(KEY_NAME, key);
}
