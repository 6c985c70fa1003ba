// `npm run test:e2e`: runs the editor tests, all of them or only the suites that are named.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { browserPackages, installDebianPackages } from '../setup/debianPackages.ts';
import { installVscodeServer } from '../setup/vscodeServer.ts';
import { bundleSuites, suiteNames } from './bundleSuites.ts';
import { mapStack } from './mapStack.ts';
import { type HostKind, runInVscode } from './runInVscode.ts';
import { type Run, runs } from './runs.ts';
import type { TestResult } from './session.ts';

const outFolder = path.join(import.meta.dirname, '..', '..', '.cache', 'test');
const reportFile = path.join(outFolder, 'e2e.json');

type RunReport = { readonly name: string; readonly elapsedMs: number; readonly tests: readonly TestResult[] };

let isInterrupted = false;
process.on('SIGINT', () => {
  isInterrupted = true;
});
// `runTests` ends VS Code on SIGINT only.
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.kill(process.pid, 'SIGINT'));
}

rmSync(reportFile, { force: true });
removeOldFailures();
mkdirSync(outFolder, { recursive: true });
const host = hostKind();
const selected = selectRuns(process.argv.slice(2)).filter(isPossible);
if (host === 'server') {
  installDebianPackages(browserPackages);
  await installVscodeServer();
}
await bundleSuites(path.join(outFolder, 'suites.cjs'));

const reports: RunReport[] = [];
for (const run of selected) {
  reports.push(await report(run, host));
  if (isInterrupted) throw new Error('interrupted');
}
const tests = reports.flatMap(({ tests }) => tests);
const failed = tests.filter(({ state }) => state === 'failed').length;
const passed = tests.length - failed;
writeFileSync(reportFile, JSON.stringify({ host, passed, failed, runs: reports }, null, 2));
console.log(`Editor tests: ${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** Rows whose name or suite was asked for; all rows when nothing was. Only the suites asked for run in them. */
function selectRuns(wanted: readonly string[]): Run[] {
  const orphans = suiteNames().filter((suite) => !runs.some(({ suites }) => suites.includes(suite)));
  if (orphans.length > 0) throw new Error(`test/e2e/runs.ts runs no ${orphans.join(', ')}`);
  if (wanted.length === 0) return [...runs];
  const found = runs.flatMap((run) => {
    if (wanted.includes(run.name)) return [run];
    const suites = run.suites.filter((suite) => wanted.includes(suite));
    return suites.length > 0 ? [{ ...run, suites }] : [];
  });
  if (found.length === 0)
    throw new Error(`nothing named ${wanted.join(', ')}; suites: ${suiteNames().join(', ')}`);
  return found;
}

/** Pictures of failures of an earlier run would be taken for this one's. */
function removeOldFailures(): void {
  const folder = path.join(import.meta.dirname, '..', 'evidence');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  for (const file of files.filter((name) => name.includes('-failed-'))) rmSync(path.join(folder, file));
}

/** Desktop VS Code has to be downloaded from its vendor, so Linux, where the other way works, must ask for it. */
function hostKind(): HostKind {
  const wanted = process.env.FAULTLINE_VSCODE ?? (process.platform === 'linux' ? 'server' : 'desktop');
  if (wanted !== 'server' && wanted !== 'desktop')
    throw new Error(`FAULTLINE_VSCODE=${wanted}: server or desktop`);
  return wanted;
}

/** `runTests` cannot start a desktop VS Code in Restricted Mode. */
function isPossible({ name, trust }: Run): boolean {
  const possible = host === 'server' || trust === 'trusted';
  if (!possible) console.log(`Left out: ${name}, because Restricted Mode needs FAULTLINE_VSCODE=server`);
  return possible;
}

async function report(run: Run, host: HostKind): Promise<RunReport> {
  const start = Date.now();
  console.log(`\n${run.name}: ${run.suites.join(', ')} in ${run.workspace}, ${run.theme}, ${run.trust}`);
  const tests = await runInVscode(run, host);
  for (const { title, state, error } of tests) {
    if (state === 'failed') console.log(`\n✗ ${run.name}: ${title}\n${mapStack(error ?? '')}`);
  }
  return { name: run.name, elapsedMs: Date.now() - start, tests };
}
