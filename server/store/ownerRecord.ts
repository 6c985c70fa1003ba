import { readFile, rm, writeFile } from 'node:fs/promises';

/** Who holds an index, written beside it, so that "locked" is told without reading an error's text. */
export interface Owner {
  readonly pid: number;
  /** Start of the process in kernel ticks, which tells a recycled pid apart; null where `/proc` is absent. */
  readonly start: string | null;
}

export async function writeOwner(indexPath: string): Promise<void> {
  const owner: Owner = { pid: process.pid, start: await startOf(process.pid) };
  await writeFile(ownerPath(indexPath), `${JSON.stringify(owner)}\n`, { mode: 0o600 });
}

export async function removeOwner(indexPath: string): Promise<void> {
  await rm(ownerPath(indexPath), { force: true });
}

/** The other living process that says it holds the index; null when none does. */
export async function livingOwner(indexPath: string): Promise<Owner | null> {
  const text = await readFile(ownerPath(indexPath), 'utf8').catch(() => null);
  const owner = text === null ? null : parseOwner(text);
  if (owner === null || owner.pid === process.pid || !isAlive(owner.pid)) return null;
  const start = await startOf(owner.pid);
  return owner.start !== null && start !== null && owner.start !== start ? null : owner;
}

function ownerPath(indexPath: string): string {
  return `${indexPath}.owner`;
}

function parseOwner(text: string): Owner | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value)) return null;
    const { pid } = value;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return null;
    return { pid, start: 'start' in value && typeof value.start === 'string' ? value.start : null };
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process exists but may not be signalled.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of `/proc/<pid>/stat`; the name in field 2 may hold spaces, so count from its bracket. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
