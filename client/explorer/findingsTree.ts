import * as vscode from 'vscode';
import {
  FINDING_RUNS,
  FINDINGS,
  type FileFindings,
  type FindingRow,
  type RunRow,
} from '../../server/protocol/messages.ts';
import type { Extension } from '../extension.ts';

export type TreeNode =
  | { readonly type: 'file'; readonly row: FileFindings }
  | { readonly type: 'finding'; readonly row: FindingRow; readonly file: FileFindings }
  | { readonly type: 'run'; readonly row: RunRow; readonly finding: FindingRow }
  | { readonly type: 'note'; readonly text: string };

/** Side panel: files -> findings -> runs. A native tree, so keyboard and screen reader work as everywhere. */
export class FindingsTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #extension: Extension;
  readonly #view: vscode.TreeView<TreeNode>;
  #files: TreeNode[] = [];

  constructor(extension: Extension) {
    this.#extension = extension;
    this.#view = vscode.window.createTreeView('faultline.findings', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  /** Opens the panel at one finding and unfolds its runs. */
  async reveal(findingId: string): Promise<void> {
    await vscode.commands.executeCommand('faultline.findings.focus');
    for (const file of await this.getChildren()) {
      const finding = (await this.getChildren(file)).find(
        (node) => node.type === 'finding' && node.row.id === findingId,
      );
      if (finding !== undefined) {
        await this.#view.reveal(finding, { select: true, focus: true, expand: true });
        return;
      }
    }
  }

  async revealFile(uri: string): Promise<void> {
    await vscode.commands.executeCommand('faultline.findings.focus');
    const files = await this.getChildren();
    const file = files.find((node) => node.type === 'file' && node.row.uri === uri);
    if (file !== undefined) await this.#view.reveal(file, { select: true, focus: true, expand: true });
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.type !== 'finding') return undefined;
    return this.#files.find((file) => file.type === 'file' && file.row.uri === node.file.uri);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    // Opening the panel in a folder without traces starts nothing; the view's welcome text speaks.
    if (!this.#extension.isServerStarted()) return [];
    const client = await this.#extension.client();
    if (node === undefined) {
      const files = await client.sendRequest<FileFindings[]>(FINDINGS);
      this.#files = files.map((row) => ({ type: 'file', row }));
      this.#view.badge = badge(files);
      return this.#files;
    }
    if (node.type === 'file') {
      const findings: TreeNode[] = node.row.findings.map((row) => ({ type: 'finding', row, file: node.row }));
      const hidden = node.row.hidden;
      return hidden === 0 ? findings : [...findings, { type: 'note', text: `${hidden} hidden` }];
    }
    if (node.type === 'finding') {
      const runs = await client.sendRequest<RunRow[]>(FINDING_RUNS, { finding: node.row.id });
      return runs.map((row) => ({ type: 'run', row, finding: node.row }));
    }
    return [];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.type) {
      case 'file':
        return fileItem(node.row);
      case 'finding':
        return findingItem(node.row, node.file);
      case 'run':
        return runItem(node.row);
      case 'note': {
        const item = new vscode.TreeItem(node.text);
        item.iconPath = new vscode.ThemeIcon('eye-closed');
        item.command = { title: 'Show hidden findings', command: 'faultline.unhideAll' };
        item.tooltip =
          'Findings hidden by you or beyond the cap of a file. Select to show hidden ones again.';
        return item;
      }
    }
  }

  dispose(): void {
    this.#view.dispose();
    this.#changed.dispose();
  }
}

function badge(files: readonly FileFindings[]): vscode.ViewBadge | undefined {
  const value = files.reduce((sum, file) => sum + file.findings.length, 0);
  return value === 0 ? undefined : { value, tooltip: `${value} findings` };
}

function fileItem(row: FileFindings): vscode.TreeItem {
  const item = new vscode.TreeItem(row.file, vscode.TreeItemCollapsibleState.Expanded);
  item.resourceUri = vscode.Uri.parse(row.uri);
  item.description = row.findings.length === 1 ? '1 finding' : `${row.findings.length} findings`;
  item.iconPath = vscode.ThemeIcon.File;
  item.id = row.uri;
  return item;
}

const ICONS = { warning: 'warning', information: 'info', hint: 'lightbulb' } as const;

function findingItem(row: FindingRow, file: FileFindings): vscode.TreeItem {
  // Counts first: they are what people compare, and a narrow panel cuts the end.
  const label = `${row.runsAffected}/${row.runsExposed}  ${row.cause}`;
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = row.id;
  item.description = `${row.anchor} · ${row.kind}`;
  item.tooltip = `${row.title}\n${file.file}, line ${row.line + 1}`;
  item.iconPath = new vscode.ThemeIcon(ICONS[row.severity]);
  item.contextValue = 'faultline.finding';
  item.accessibilityInformation = { label: `${row.severity}: ${row.title}` };
  const at = new vscode.Range(row.line, 0, row.line, 0);
  item.command = {
    title: 'Go to line',
    command: 'vscode.open',
    arguments: [vscode.Uri.parse(file.uri), { selection: at, preserveFocus: true }],
  };
  return item;
}

function runItem(row: RunRow): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label);
  item.description = row.startedAt === null ? row.run : `${row.run} · ${row.startedAt.slice(0, 10)}`;
  item.tooltip = `${row.run}\nmessage ${row.message}: ${row.evidence}`;
  item.iconPath = new vscode.ThemeIcon(
    row.passed === null ? 'circle-outline' : row.passed ? 'pass' : 'error',
  );
  const state = row.passed === null ? 'no recorded outcome' : row.passed ? 'passed' : 'failed';
  item.accessibilityInformation = { label: `${row.label}, ${state}, ${row.evidence}` };
  item.command = { title: 'Open run', command: 'faultline.openRun', arguments: [row.run, row.message] };
  return item;
}
