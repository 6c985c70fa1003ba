// What the editor tests need from Debian: installed when we may, named in one line to type when we may not.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** A package and the files of which one shows it, or its equal, to be there. A bare name is looked up on the PATH. */
export type DebianPackage = { readonly name: string; readonly proofs: readonly string[] };

export const browserPaths = ['/usr/bin/chromium', '/usr/bin/google-chrome'];

export const browserPackages: readonly DebianPackage[] = [
  { name: 'chromium', proofs: browserPaths },
  { name: 'git', proofs: ['git'] },
];

/** VS Code's server compiles a few native modules while it is installed, one of them against Kerberos. */
export const compilerPackages: readonly DebianPackage[] = [
  { name: 'g++', proofs: ['g++'] },
  { name: 'make', proofs: ['make'] },
  { name: 'python3', proofs: ['python3'] },
  { name: 'pkg-config', proofs: ['pkg-config'] },
  { name: 'libkrb5-dev', proofs: ['/usr/include/gssapi/gssapi.h'] },
];

export function installDebianPackages(wanted: readonly DebianPackage[]): void {
  const missing = missingOf(wanted);
  if (missing.length === 0) return;
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
  const toType = `sudo apt-get update && sudo ${install.join(' ')}`;
  const asRoot = rootPrefix();
  if (!asRoot || !isThere('apt-get'))
    throw new Error(`The editor tests need more of this machine. Type:\n  ${toType}`);

  console.log(`apt-get install ${missing.join(' ')}`);
  // Another set-up on this machine may hold the lock; and no question may wait for an answer nobody gives.
  const wait = ['-o', 'DPkg::Lock::Timeout=600', '-qq'];
  // An update fails as a whole when one of many sources is down; the install shows whether that mattered.
  run([...asRoot, 'apt-get', ...wait, 'update']);
  const installed = run([...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', ...install, ...wait]);
  if (!installed || missingOf(wanted).length > 0) throw new Error(`apt-get failed. Type:\n  ${toType}`);
}

function missingOf(wanted: readonly DebianPackage[]): string[] {
  return wanted.filter(({ proofs }) => !proofs.some(isThere)).map(({ name }) => name);
}

function isThere(proof: string): boolean {
  if (path.isAbsolute(proof)) return existsSync(proof);
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => existsSync(path.join(folder, proof)));
}

/** What to put before a command that needs root: nothing, `sudo -n`, or undefined when neither will do. */
function rootPrefix(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
}

function run([command = '', ...parameters]: readonly string[]): boolean {
  return spawnSync(command, parameters, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}
