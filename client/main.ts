/** Activate and deactivate: build and register, nothing else. The server starts when there is something to read. */
import type * as vscode from 'vscode';
import { registerCommands } from './commands/registerCommands.ts';
import { Extension } from './extension.ts';

let extension: Extension | null = null;

export async function activate(context: vscode.ExtensionContext): Promise<ExtensionApi> {
  extension = new Extension(context);
  registerCommands(extension);
  // Not awaited: looking for files takes as long as the folder is large.
  const looked = extension.startWhenRelevant();
  return { looked, serverStarted: () => extension?.isServerStarted() ?? false };
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
}

/** For tests: what activation did and did not do. */
export interface ExtensionApi {
  /** Settles when it is known whether the folder holds anything to read. */
  readonly looked: Promise<void>;
  serverStarted(): boolean;
}
