import * as vscode from 'vscode';
import { REFRESH } from '../../server/protocol/messages.ts';
import type { Extension } from '../extension.ts';

export async function refresh(extension: Extension): Promise<void> {
  const client = await extension.client();
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Faultline' }, () =>
    client.sendRequest(REFRESH),
  );
}
