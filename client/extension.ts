import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { TRUST_GRANTED } from '../server/protocol/messages.ts';
import { isSampleFolder } from './commands/openSample.ts';
import { FindingsTree } from './explorer/findingsTree.ts';
import { hasRelevantFiles, relevantPatterns } from './relevantFiles.ts';
import { StatusBar } from './ui/statusBar.ts';

/** What the client half holds: one server, one status-bar item, one side panel. */
export class Extension {
  readonly context: vscode.ExtensionContext;
  readonly output: vscode.LogOutputChannel;
  readonly status: StatusBar;
  readonly findings: FindingsTree;
  #client: LanguageClient | null = null;
  #starting: Promise<LanguageClient> | null = null;

  constructor(context: vscode.ExtensionContext) {
    this.context = context;
    this.output = vscode.window.createOutputChannel('Faultline', { log: true });
    this.status = new StatusBar();
    this.findings = new FindingsTree(this);
    context.subscriptions.push(this.output, this.status, this.findings);
    context.subscriptions.push(
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#client?.sendNotification(TRUST_GRANTED)),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('faultline') && !this.isServerStarted())
          void this.startWhenRelevant();
      }),
    );
    void vscode.commands.executeCommand('setContext', 'faultline.isSample', isSampleFolder(context));
  }

  isServerStarted(): boolean {
    return this.#starting !== null;
  }

  /** Starts the server now if the folder holds a prompt, tool or trace file, else when one appears. */
  async startWhenRelevant(): Promise<void> {
    if (!vscode.workspace.getConfiguration('faultline').get<boolean>('enable', true)) return;
    if (await hasRelevantFiles()) {
      // Not awaited: activation ends here, the server comes up beside it.
      void this.client().catch((error) => this.output.error(String(error)));
      return;
    }
    for (const pattern of relevantPatterns()) {
      const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, true, true);
      const started = watcher.onDidCreate(() => {
        watcher.dispose();
        started.dispose();
        void this.client();
      });
      this.context.subscriptions.push(watcher, started);
    }
  }

  /** The running client; starts it on first need. */
  client(): Promise<LanguageClient> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async stop(): Promise<void> {
    await this.#client?.stop();
  }

  async #start(): Promise<LanguageClient> {
    // Loaded here and not at the top: a folder without relevant files never pays for it.
    const { startLanguageClient } = await import('./languageClient.ts');
    this.#client = await startLanguageClient(this);
    return this.#client;
  }
}
