// Makes node_modules what package-lock.json says. Runs first of all, in a fresh clone, on whatever Node >= 20
// the machine has, so: plain JavaScript, no dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const windows = process.platform === 'win32';

/** Path of the project's own Node, the major that VS Code embeds. */
export const projectNode = path.join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

/** Installs the modules when they differ from the lock file, and repairs Node's own binary. */
export function installModules() {
  if (!matchesLock()) npm('ci');
  // The binary comes from an install script, which `--ignore-scripts` or a strict npm leaves out.
  if (!projectNodeRuns()) npm('rebuild', 'node');
  if (!projectNodeRuns()) throw new Error(`${projectNode} does not run; try: npm ci --foreground-scripts`);
}

/** An environment in which an inner npm sees neither the outer npm's settings nor the modules it may delete. */
export function outsideNpm() {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const environment = Object.fromEntries(kept);
  const pathName = Object.keys(environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const bins = path.join(root, 'node_modules', '.bin');
  environment[pathName] = (environment[pathName] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.resolve(folder) !== bins)
    .join(path.delimiter);
  return environment;
}

/**
 * npm writes node_modules/.package-lock.json as the last step of an install: it is there only after one that
 * went through, also one that a developer ran by hand. Packages for other platforms are absent from it.
 */
function matchesLock() {
  const installedLock = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const installed = readPackages(installedLock);
  const isCurrent = ([folder, entry]) =>
    folder === '' ||
    (installed[folder]
      ? installed[folder].version === entry.version && installed[folder].integrity === entry.integrity
      : Boolean(entry.optional || entry.devOptional));
  return (
    Object.entries(wanted).every(isCurrent) && Object.keys(installed).every((folder) => folder in wanted)
  );
}

function readPackages(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

function projectNodeRuns() {
  const wanted = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).devDependencies.node;
  const answer = spawnSync(projectNode, ['--version'], { encoding: 'utf8' });
  return answer.status === 0 && answer.stdout.startsWith(`v${wanted.split('.')[0]}.`);
}

function npm(...parameters) {
  console.log(`npm ${parameters.join(' ')} (node_modules differs from package-lock.json)`);
  const { status } = spawnSync('npm', parameters, {
    cwd: root,
    env: outsideNpm(),
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: windows,
  });
  if (status !== 0) throw new Error(`npm ${parameters.join(' ')} failed`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) installModules();
