/** Activate and deactivate: build and register, nothing else. The server starts when there is something to read. */
import type * as vscode from 'vscode';
import { registerCommands } from './commands/registerCommands.ts';
import { Extension } from './extension.ts';

let extension: Extension | null = null;

export async function activate(context: vscode.ExtensionContext): Promise<ExtensionApi> {
  extension = new Extension(context);
  registerCommands(extension);
  await extension.startWhenRelevant();
  return { serverStarted: () => extension?.isServerStarted() ?? false };
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
}

/** For tests: what activation did and did not do. */
export interface ExtensionApi {
  serverStarted(): boolean;
}
