import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';

/**
 * Renames an index that cannot be used to `<file>.set-aside-<n>`, with its write-ahead log, and
 * returns the new path. Nothing is deleted: a person may want to look. Rejects when the folder
 * does not allow it.
 */
export async function setAside(path: string): Promise<string> {
  let n = 1;
  while (existsSync(`${path}.set-aside-${n}`)) n++;
  const target = `${path}.set-aside-${n}`;
  await rename(path, target);
  if (existsSync(`${path}.wal`)) await rename(`${path}.wal`, `${target}.wal`);
  return target;
}
