import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, posix, resolve } from 'node:path';
import { UsageError } from './usageError.ts';

/**
 * The source files that a person's FILEs name, workspace-relative. A name is taken from the workspace,
 * as in all output, and else from the current folder, as a shell completes it; links on the way do not
 * matter. A folder names every source file below it. Throws `UsageError` for a name that fits none.
 *
 * @param root real path of the workspace, forward slashes
 */
export async function namedSources(
  names: readonly string[],
  root: string,
  workingFolder: string,
  sources: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for (const name of names) {
    const found = await sourcesOf(name, root, workingFolder, sources);
    if (found.length === 0) {
      throw new UsageError(
        `"${name}" is no prompt or tool-definition file of the workspace, and no folder that holds one`,
      );
    }
    for (const file of found) named.add(file);
  }
  return named;
}

async function sourcesOf(
  name: string,
  root: string,
  workingFolder: string,
  sources: ReadonlySet<string>,
): Promise<readonly string[]> {
  if (name.trim() === '') return [];
  for (const candidate of await candidates(name, root, workingFolder)) {
    if (sources.has(candidate)) return [candidate];
    const below =
      candidate === '.' ? [...sources] : [...sources].filter((one) => one.startsWith(`${candidate}/`));
    if (below.length > 0) return below;
  }
  return [];
}

/** Workspace-relative readings of a name; `.` is the workspace itself. */
async function candidates(name: string, root: string, workingFolder: string): Promise<readonly string[]> {
  const fromHere = resolve(workingFolder, name);
  const folder = await realpath(dirname(fromHere)).catch(() => null);
  const absolute = [
    fromHere,
    // A file that is a link itself goes by its own name, whatever the folder's.
    ...(folder === null ? [] : [resolve(folder, basename(fromHere))]),
    ...(await realpath(fromHere).then(
      (real) => [real],
      () => [],
    )),
  ].map((path) => path.replaceAll('\\', '/'));
  return [
    ...(isAbsolute(name) ? [] : [posix.normalize(name.replaceAll('\\', '/')).replace(/\/$/, '')]),
    ...absolute
      .filter((path) => path === root || path.startsWith(`${root}/`))
      .map((path) => path.slice(root.length + 1) || '.'),
  ];
}
