import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { TRUST_GRANTED } from '../server/protocol/messages.ts';
import { isSampleFolder } from './commands/openSample.ts';
import { FindingsTree } from './explorer/findingsTree.ts';
import type { RunningClient } from './languageClient.ts';
import { hasRelevantFiles, onFirstRelevantFile } from './relevantFiles.ts';
import { StatusBar } from './ui/statusBar.ts';

/** What the client half holds: one server, one status-bar item, one side panel. */
export class Extension {
  readonly context: vscode.ExtensionContext;
  readonly output: vscode.LogOutputChannel;
  readonly status: StatusBar;
  readonly findings: FindingsTree;
  /** Null before the first start, and again after a failed one or when the server is gone for good. */
  #running: Promise<RunningClient> | null = null;
  #waiting: vscode.Disposable | null = null;

  constructor(context: vscode.ExtensionContext) {
    this.context = context;
    this.output = vscode.window.createOutputChannel('Faultline', { log: true });
    this.status = new StatusBar();
    this.findings = new FindingsTree(this);
    context.subscriptions.push(this.output, this.status, this.findings);
    context.subscriptions.push(
      { dispose: () => this.#waiting?.dispose() },
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#tellTrust()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#restart()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('faultline') && !this.isServerStarted())
          void this.startWhenRelevant();
      }),
    );
    this.#markSample();
  }

  isServerStarted(): boolean {
    return this.#running !== null;
  }

  /** Starts the server now if the folder holds a prompt, tool or trace file, else when one appears. */
  async startWhenRelevant(): Promise<void> {
    this.#waiting?.dispose();
    this.#waiting = null;
    if (!vscode.workspace.getConfiguration('faultline').get<boolean>('enable', true)) return;
    if (await hasRelevantFiles()) {
      // Not awaited: activation ends here, the server comes up beside it.
      this.#start();
      return;
    }
    // While files were looked for, a command may have started the server or a setting asked again.
    if (this.isServerStarted() || this.#waiting !== null) return;
    this.#waiting = onFirstRelevantFile(() => this.#start());
  }

  /** The running client; starts it on first need. Rejects when the server does not start, which is reported besides. */
  async client(): Promise<LanguageClient> {
    const running = this.#running ?? this.#adopt(this.#launch());
    return (await running).client;
  }

  async stop(): Promise<void> {
    const running = await this.#running?.catch(() => null);
    await running?.stop();
  }

  #start(): void {
    // A failure was reported by `#adopt`.
    void this.client().catch(() => {});
  }

  async #launch(): Promise<RunningClient> {
    this.#waiting?.dispose();
    this.#waiting = null;
    // Loaded here and not at the top: a folder without relevant files never pays for it.
    const { startLanguageClient } = await import('./languageClient.ts');
    return startLanguageClient(this);
  }

  /** Makes a server the one of this window until it is gone or another takes its place. */
  #adopt(launched: Promise<RunningClient>): Promise<RunningClient> {
    this.#running = launched;
    void launched
      .then(
        ({ gone }) => gone,
        (error) => `The language server did not start: ${error instanceof Error ? error.message : error}`,
      )
      .then((message) => (this.#running === launched ? this.#lose(message) : undefined));
    return launched;
  }

  /** Forgets a server that is gone, so that the next need starts another, and says so. */
  async #lose(message: string): Promise<void> {
    this.#running = null;
    this.output.error(message);
    this.status.show({ state: 'error', message });
    const choice = await vscode.window.showErrorMessage(`Faultline: ${message}`, 'Try again', 'Show Output');
    if (choice === 'Try again') this.#start();
    if (choice === 'Show Output') this.output.show();
  }

  /** The server learns its folders at its start, so a folder more or less means another server. */
  #restart(): void {
    this.#markSample();
    const previous = this.#running;
    if (previous === null) {
      void this.startWhenRelevant();
      return;
    }
    const stopped = previous.then(({ stop }) => stop()).catch(() => {});
    this.#adopt(stopped.then(() => this.#launch()));
  }

  /** Also when it was granted during the start: the server may have been told the old state. */
  async #tellTrust(): Promise<void> {
    const running = await this.#running?.catch(() => null);
    await running?.client.sendNotification(TRUST_GRANTED);
  }

  #markSample(): void {
    void vscode.commands.executeCommand('setContext', 'faultline.isSample', isSampleFolder(this.context));
  }
}
