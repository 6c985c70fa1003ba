import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../model/hash.ts';

/**
 * Where a workspace's index (can be rebuilt) and its state (cannot) live on this machine.
 * They are apart, so that deleting the index loses nothing a person made.
 */
export function userFolders(
  workspace: string,
  environment: NodeJS.ProcessEnv,
): { readonly index: string; readonly state: string } {
  const name = sha256(realOr(workspace)).slice(0, 16);
  return {
    index: join(
      base(environment, 'XDG_CACHE_HOME', 'LOCALAPPDATA', '.cache', 'Caches'),
      'faultline',
      `${name}.duckdb`,
    ),
    state: join(
      base(environment, 'XDG_STATE_HOME', 'APPDATA', '.local/state', 'Application Support'),
      'faultline',
      name,
    ),
  };
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function base(
  environment: NodeJS.ProcessEnv,
  xdg: string,
  windows: string,
  linux: string,
  mac: string,
): string {
  const stated = environment[xdg];
  if (stated) return stated;
  if (process.platform === 'win32') return environment[windows] ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', mac);
  return join(homedir(), linux);
}
