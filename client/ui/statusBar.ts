import * as vscode from 'vscode';
import type { Status } from '../../server/protocol/messages.ts';

/** `Faultline 200 runs · 9 findings`, with progress while indexing. Hidden until there is something to say. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('faultline.status', vscode.StatusBarAlignment.Left);

  constructor() {
    this.#item.name = 'Faultline';
    this.#item.command = 'faultline.focusFindings';
  }

  show(status: Status): void {
    const { text, tooltip, isWarning } = describe(status);
    if (text === null) {
      this.#item.hide();
      return;
    }
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: text.replace(/\$\([^)]*\)\s*/, '') };
    this.#item.backgroundColor = isWarning
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    this.#item.show();
  }

  text(): string {
    return this.#item.text;
  }

  dispose(): void {
    this.#item.dispose();
  }
}

function describe(status: Status): { text: string | null; tooltip?: string; isWarning?: boolean } {
  switch (status.state) {
    case 'waiting':
      return { text: null };
    case 'working': {
      const share = status.total ? ` ${Math.floor((100 * status.done) / status.total)} %` : '';
      return { text: `$(sync~spin) Faultline ${status.what}${share}` };
    }
    case 'ready': {
      const hidden = status.hidden > 0 ? `, ${status.hidden} hidden` : '';
      const problems = status.problems > 0 ? `\n${status.problems} records or files could not be read` : '';
      const notice = status.notice === null ? '' : `\n${status.notice}`;
      return {
        text: `$(pulse) Faultline ${count(status.runs, 'run')} · ${count(status.findings, 'finding')}`,
        tooltip: `${status.failedRuns} of ${count(status.runs, 'run')} failed${hidden}${problems}${notice}\nClick to see the findings`,
        isWarning: status.notice !== null,
      };
    }
    case 'error':
      return {
        text: '$(warning) Faultline failed',
        tooltip: `${status.message}\nSee the output channel "Faultline"; run "Faultline: Refresh" to try again.`,
        isWarning: true,
      };
  }
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}
