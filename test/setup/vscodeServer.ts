// VS Code without a download from its vendor: the npm package `code-server` carries VS Code's own server build.
// It is 620 MB, so it lives in a cache folder named after its version and is shared by all checkouts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { compilerPackages, installDebianPackages } from './debianPackages.ts';
import { outsideNpm } from './install.mjs';

const version = '4.139.1';
const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'faultline-test');
const folder = path.join(cache, `code-server-${version}`);
const partial = `${folder}.partial`;

/** Installs VS Code's server when it is missing and returns its folder, the one that holds `out/server-main.js`. */
export async function installVscodeServer(): Promise<string> {
  // Written last: a failed install leaves a folder behind.
  const isInstalled = () => existsSync(path.join(folder, 'installed'));
  if (!isInstalled()) {
    installDebianPackages(compilerPackages);
    await otherInstall();
    if (!isInstalled()) install();
  }
  return path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

function install(): void {
  console.log(`Installing VS Code (code-server ${version}); about two minutes, once on a machine`);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(path.join(partial, 'installer.pid'), String(process.pid));
  const manifest = { private: true, allowScripts: { 'code-server': true, argon2: false } };
  writeFileSync(path.join(partial, 'package.json'), JSON.stringify(manifest));

  const parameters = ['install', `code-server@${version}`, '--no-audit', '--no-fund', '--no-update-notifier'];
  const { status } = spawnSync('npm', parameters, {
    cwd: partial,
    env: installEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm ${parameters.join(' ')} failed in ${partial}`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  writeFileSync(path.join(folder, 'installed'), version);
}

/**
 * code-server's own install script refuses any Node but 24, and npm tells it the Node of the *outer* npm when
 * `npm_*` variables are inherited. But an npm on another Node takes that Node's folder for the place of the
 * machine's npm settings (registry, certificates), so it is told the right one. node-gyp would fetch headers from
 * nodejs.org, which tests must not need; headers of another major serve, because all these modules are built on
 * Node-API.
 */
function installEnvironment(): Record<string, string> {
  const environment = outsideNpm();
  const machineSettings = spawnSync('npm', ['config', 'get', 'globalconfig'], {
    env: environment,
    encoding: 'utf8',
  });
  if (machineSettings.status === 0) environment.npm_config_globalconfig = machineSettings.stdout.trim();
  environment.PATH = path.dirname(process.execPath) + path.delimiter + (environment.PATH ?? '');
  const headers = headersFolder();
  if (headers) {
    environment.npm_config_nodedir = headers;
    // The name that node-gyp reads itself; newer npm says it will stop passing on the first.
    environment.npm_package_config_node_gyp_nodedir = headers;
  }
  return environment;
}

function headersFolder(): string | undefined {
  // Node's official archives and images carry headers beside the binary; npm names the machine's own Node.
  const machineNode = process.env.npm_node_execpath;
  const prefixes = [...(machineNode ? [path.dirname(path.dirname(machineNode))] : []), '/usr', '/usr/local'];
  return prefixes.find((prefix) => existsSync(path.join(prefix, 'include', 'node', 'node_api.h')));
}

/** Waits while another process of this machine installs the same version. */
async function otherInstall(): Promise<void> {
  while (isAlive(path.join(partial, 'installer.pid'))) await pause(1000);
}

function isAlive(pidFile: string): boolean {
  try {
    return process.kill(Number(readFileSync(pidFile, 'utf8')), 0);
  } catch {
    return false;
  }
}
