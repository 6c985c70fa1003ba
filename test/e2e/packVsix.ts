import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');
const packed = new Map<string, string>();

/** Packs the extension in a folder of this checkout (once a process) and returns the package's path. */
export function packVsix(extension: string): string {
  const vsix = packed.get(extension) ?? pack(path.join(root, extension));
  packed.set(extension, vsix);
  return vsix;
}

function pack(folder: string): string {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const vsix = path.join(root, '.cache', 'test', `${manifest.name}.vsix`);
  mkdirSync(path.dirname(vsix), { recursive: true });
  rmSync(vsix, { force: true });
  const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const parameters = [vsce, 'package', '--out', vsix, '--allow-missing-repository', '--skip-license'];
  // Looking for the modules of an extension without any would find this checkout's own.
  if (!manifest.dependencies) parameters.push('--no-dependencies');
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`vsce package failed in ${folder}:\n${stdout}${stderr}`);
  return vsix;
}
