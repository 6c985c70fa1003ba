// One row of the table: from an empty temporary folder to its tests' results.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copyWorkspace } from '../setup/copyWorkspace.ts';
import { runInDesktop, runInServer } from './launch.ts';
import { packVsix } from './packVsix.ts';
import type { Run } from './runs.ts';
import type { ReportLine, Session, TestResult, Theme } from './session.ts';

const root = path.join(import.meta.dirname, '..', '..');
const themes: Readonly<Record<Theme, string>> = { dark: 'Dark Modern', light: 'Light Modern' };

export type HostKind = 'server' | 'desktop';

/** Starts VS Code once, runs the row's suites in it and returns what each test gave; leaves nothing behind. */
export async function runInVscode(run: Run, host: HostKind): Promise<TestResult[]> {
  const start = Date.now();
  // Short, because sockets are made in it and their paths may have 108 characters.
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-'));
  const clean = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', clean);
  try {
    const session = prepareSession(run, folder);
    const launch = host === 'desktop' ? runInDesktop : runInServer;
    const problem = await launch(session, {
      workspace: copyWorkspace(run.workspace, {
        into: path.join(folder, 'workspace'),
        git: run.git ?? false,
      }),
      // VS Code runs tests only beside an extension under development: an empty one beside an installed one.
      extension: path.join(root, run.packed ? 'test/e2e/extensions/empty' : run.extension),
      tests: path.join(root, '.cache', 'test', 'suites.cjs'),
    });
    const lines = readReport(session.reportFile);
    const results = lines.filter((line) => line !== 'end');
    // VS Code's exit code also tells of failed tests, which are in the report already.
    const end = lines.includes('end')
      ? undefined
      : `${problem ?? 'VS Code ended'} before the suites were through`;
    const failure = end ?? (results.length === 0 ? 'no test ran' : undefined);
    if (!failure) return results;
    return [
      ...results,
      { title: 'VS Code runs the suites', state: 'failed', elapsedMs: Date.now() - start, error: failure },
    ];
  } finally {
    clean();
    process.off('exit', clean);
  }
}

export function prepareSession(run: Run, folder: string): Session {
  const settings = {
    'workbench.colorTheme': themes[run.theme],
    'window.autoDetectColorScheme': false,
    // Takes VS Code's own "Fix", "Explain" and "Modify" out of light bulb and hover.
    'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'workbench.startupEditor': 'none',
    'workbench.enableExperiments': false,
    'extensions.autoUpdate': false,
    'extensions.autoCheckUpdates': false,
    'extensions.ignoreRecommendations': true,
    'telemetry.telemetryLevel': 'off',
    // In a browser VS Code saves by itself; on a desktop it does not.
    'files.autoSave': 'off',
    // Endpoints that a suite starts would each bring a notification.
    'remote.autoForwardPorts': false,
    'update.mode': 'none',
    // Restricted Mode begins with a question in front of the window otherwise.
    'security.workspace.trust.startupPrompt': 'never',
    ...run.settings,
  };
  const settingsFolder = path.join(folder, 'data', 'User');
  mkdirSync(settingsFolder, { recursive: true });
  writeFileSync(path.join(settingsFolder, 'settings.json'), JSON.stringify(settings, null, 2));
  return {
    name: run.name,
    suites: run.suites,
    theme: run.theme,
    trust: run.trust,
    viewport: run.viewport ?? { width: 1280, height: 800 },
    installed: [...(run.packed ? [run.extension] : []), ...(run.alongside ?? [])].map(packVsix),
    folder,
    pageSocket:
      process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(folder)}` : path.join(folder, 'page.sock'),
    reportFile: path.join(folder, 'report.jsonl'),
    evidenceFolder: path.join(root, 'test', 'evidence'),
    timeoutMs: 300_000,
  };
}

function readReport(reportFile: string): ReportLine[] {
  if (!existsSync(reportFile)) return [];
  const lines = readFileSync(reportFile, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}
