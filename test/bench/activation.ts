// Activation in the real VS Code, in an empty folder and in the sample, against an extension that does almost
// nothing. What is measured: VS Code's extension host marks when it begins to load an extension's code and when the
// promise of `activate` is fulfilled; these marks are what its own "Startup Performance" view shows, in whole
// milliseconds. Faultline is activated by VS Code itself (`onStartupFinished`) and runs from its production build;
// the language server starts beside activation and is not in the figure.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { runInDesktop, runInServer } from '../e2e/launch.ts';
import { prepareSession } from '../e2e/runInVscode.ts';
import { copyWorkspace } from '../setup/copyWorkspace.ts';
import { browserPackages, installDebianPackages } from '../setup/debianPackages.ts';
import { installVscodeServer } from '../setup/vscodeServer.ts';
import type { ActivationFigures } from './activationMarks.ts';
import { median, print, short } from './measure.ts';

const STARTS = 5;
const GOAL_MS = 100;
const root = path.join(import.meta.dirname, '..', '..');
const isServer = process.platform === 'linux';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'faultline-bench-')));
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
// `runTests` ends VS Code on SIGINT only.
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.kill(process.pid, 'SIGINT'));
}

if (isServer) {
  installDebianPackages(browserPackages);
  await installVscodeServer();
}
const extension = productionBuild();
const tests = await bundleMarks();
await measure('empty folder', (into) => {
  const empty = path.join(into, 'empty');
  mkdirSync(empty, { recursive: true });
  return empty;
});
await measure('sample workspace', (into) => copyWorkspace('sample', { into }));

async function measure(what: string, makeWorkspace: (into: string) => string): Promise<void> {
  const figures: ActivationFigures[] = [];
  for (let start = 0; start < STARTS; start++) figures.push(await startOnce(what, makeWorkspace));
  const total = figures.map(({ faultline }) => faultline.loadMs + faultline.activateMs);
  const probe = figures.map(({ probe }) => probe.loadMs + probe.activateMs);
  const part = (values: readonly number[]) => `${short(median(values))} ms`;
  const ratio = short(median(total) / Math.max(1, median(probe)));
  print(
    what,
    `median ${part(total)}, minimum ${Math.min(...total)}, maximum ${Math.max(...total)} of ${STARTS} starts; ` +
      `goal: under ${GOAL_MS} ms`,
  );
  print('  of which loading the code', part(figures.map(({ faultline }) => faultline.loadMs)));
  print('  of which activate()', part(figures.map(({ faultline }) => faultline.activateMs)));
  print('  probe extension, same windows', `${part(probe)}; Faultline takes ${ratio} × as long`);
  const servers = figures.filter(({ isServerStarted }) => isServerStarted).length;
  print('  language server started', `in ${servers} of ${STARTS} windows`);
}

async function startOnce(what: string, makeWorkspace: (into: string) => string): Promise<ActivationFigures> {
  // Short, because sockets are made in it and their paths may have 108 characters.
  const own = mkdtempSync(path.join(folder, 'w-'));
  const session = prepareSession(
    {
      name: what,
      suites: [],
      theme: 'dark',
      trust: 'trusted',
      workspace: '',
      extension: '.',
      alongside: ['test/e2e/extensions/probe'],
    },
    own,
  );
  const launch = isServer ? runInServer : runInDesktop;
  const problem = await launch(session, {
    workspace: makeWorkspace(path.join(own, 'workspace')),
    extension,
    tests,
  });
  if (problem !== undefined) throw new Error(`${what}: ${problem}`);
  const figures: ActivationFigures = JSON.parse(readFileSync(session.reportFile, 'utf8'));
  rmSync(own, { recursive: true, force: true, maxRetries: 5 });
  return figures;
}

/** The extension's folder as it ships, apart from this checkout's `dist`, which may be a development build. */
function productionBuild(): string {
  const built = path.join(folder, 'extension');
  mkdirSync(built);
  cpSync(path.join(root, 'package.json'), path.join(built, 'package.json'));
  for (const name of ['client', 'server', 'media', 'syntaxes', 'node_modules', 'tsconfig.json']) {
    symlinkSync(path.join(root, name), path.join(built, name), 'junction');
  }
  const { status } = spawnSync(process.execPath, [path.join(root, 'esbuild.js'), '--production'], {
    cwd: built,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the production build failed');
  return built;
}

async function bundleMarks(): Promise<string> {
  const outfile = path.join(folder, 'activationMarks.cjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'activationMarks.ts')],
    bundle: true,
    outfile,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return outfile;
}
