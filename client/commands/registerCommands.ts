import * as vscode from 'vscode';
import type { Extension } from '../extension.ts';
import { copyReport } from './copyReport.ts';
import { hideFinding, unhideAll } from './hideFinding.ts';
import { openRun } from './openRun.ts';
import { openSample } from './openSample.ts';
import { proposeFix, showVerdict } from './proposeFix.ts';
import { refresh } from './refresh.ts';
import { setModelKey } from './setModelKey.ts';
import { configureModel, useScriptedModel } from './useModel.ts';

/** One command a row; its title stands in the manifest. */
export function registerCommands(extension: Extension): void {
  const rows: Record<string, (...parameters: never[]) => unknown> = {
    'faultline.refresh': () => refresh(extension),
    'faultline.openRun': (run: string, message: number) => openRun(extension, run, message),
    'faultline.showFinding': (finding: string) => extension.findings.reveal(finding),
    'faultline.showFindings': (uri?: string) =>
      uri === undefined ? focusFindings() : extension.findings.revealFile(uri),
    'faultline.focusFindings': focusFindings,
    'faultline.hideFinding': (finding?: string | { row: { id: string } }) => hideFinding(extension, finding),
    'faultline.unhideAll': () => unhideAll(extension),
    'faultline.proposeFix': (finding: string, strategy: string, uri?: string) =>
      proposeFix(extension, finding, strategy, uri),
    'faultline.showVerdict': (finding: string, strategy: string) => showVerdict(extension, finding, strategy),
    'faultline.setModelKey': () => setModelKey(extension),
    'faultline.configureModel': configureModel,
    'faultline.useScriptedModel': () => useScriptedModel(extension),
    'faultline.openSample': () => openSample(extension),
    'faultline.showOutput': () => extension.output.show(),
    'faultline.copyReport': () => copyReport(extension),
    'faultline.toggle': toggle,
  };
  for (const [command, run] of Object.entries(rows)) {
    extension.context.subscriptions.push(vscode.commands.registerCommand(command, run));
  }
}

function focusFindings(): Thenable<unknown> {
  return vscode.commands.executeCommand('faultline.findings.focus');
}

/** One master switch over every surface. */
async function toggle(): Promise<void> {
  const settings = vscode.workspace.getConfiguration('faultline');
  await settings.update('enable', !settings.get<boolean>('enable', true), vscode.ConfigurationTarget.Global);
}
