import * as vscode from 'vscode';
import { DIAGNOSE_SELF } from '../../server/protocol/messages.ts';
import type { Extension } from '../extension.ts';

/** A short report to paste into an issue: versions and counts, never trace text or paths. */
export async function copyReport(extension: Extension): Promise<void> {
  const client = await extension.client();
  const server = await client.sendRequest<string>(DIAGNOSE_SELF);
  const own = extension.context.extension.packageJSON as { version: string };
  const report = `${server}\n- extension ${own.version}, VS Code ${vscode.version}`;
  await vscode.env.clipboard.writeText(report);
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: report });
  await vscode.window.showTextDocument(document);
}
