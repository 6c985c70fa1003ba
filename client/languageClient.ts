import * as vscode from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
} from 'vscode-languageclient/node';
import { type InitializationOptions, STATUS, type Status } from '../server/protocol/messages.ts';
import { isSampleFolder } from './commands/openSample.ts';
import type { Extension } from './extension.ts';
import { relevantPatterns } from './relevantFiles.ts';
import { hintsOffTheTypedLine } from './ui/typedLine.ts';

/** Commands that a hover may run; nothing else in it is trusted. */
const HOVER_COMMANDS = ['faultline.openRun', 'faultline.showFinding', 'faultline.hideFinding'];

export async function startLanguageClient(extension: Extension): Promise<LanguageClient> {
  const { context } = extension;
  const module = vscode.Uri.joinPath(context.extensionUri, 'dist', 'server.js').fsPath;
  const server: ServerOptions = {
    run: { module, transport: TransportKind.ipc },
    debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6009'] } },
  };
  const initializationOptions: InitializationOptions = {
    rulesUri: vscode.Uri.joinPath(context.extensionUri, 'docs', 'rules').toString(),
    trusted: vscode.workspace.isTrusted,
    isSample: isSampleFolder(context),
    settings: vscode.workspace.getConfiguration('faultline'),
  };
  const typedLine = hintsOffTheTypedLine();
  context.subscriptions.push(typedLine);
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', pattern: '**/*.{md,markdown,txt}' },
      { scheme: 'file', pattern: '**/*.{json,jsonc}' },
    ],
    initializationOptions,
    outputChannel: extension.output,
    synchronize: {
      configurationSection: 'faultline',
      fileEvents: [
        ...relevantPatterns().map((pattern) => vscode.workspace.createFileSystemWatcher(pattern)),
        vscode.workspace.createFileSystemWatcher('**/*.{md,markdown,txt,json,jsonc}'),
      ],
    },
    markdown: { isTrusted: { enabledCommands: HOVER_COMMANDS } },
    middleware: { provideInlayHints: typedLine.provideInlayHints },
    diagnosticPullOptions: { onChange: true, onTabs: true },
  };
  const client = new LanguageClient('faultline', 'Faultline', server, options);
  client.onNotification(STATUS, (status: Status) => {
    extension.status.show(status);
    if (status.state === 'ready') extension.findings.refresh();
  });
  await client.start();
  void client.sendRequest('faultline/refresh');
  return client;
}
