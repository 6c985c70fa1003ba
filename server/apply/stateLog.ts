/*
 * apply: the memory of what the person made, apart from the index, and the way an accepted edit reaches
 * the editor. Invariant: nothing here is ever rewritten or deleted. Each log only grows, a line that does
 * not read stays where it is and is reported, and deleting the index loses none of it.
 */
import type { z } from 'zod';
import type { Problem } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';

/** One file of JSON Lines in the state folder. */
export interface StateLog<Entry> {
  readonly name: string;
  readonly shape: z.ZodType<Entry>;
}

export interface LogContent<Entry> {
  /** In the order in which they were written. */
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
}

/** All readable entries. A missing file is an empty log. `folder` is absolute. */
export async function readLog<Entry>(
  files: Files,
  folder: string,
  log: StateLog<Entry>,
): Promise<LogContent<Entry>> {
  const file = logPath(folder, log);
  const text = (await files.readText(file)) ?? '';
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  let byte = 0;
  for (const [line, content] of text.split('\n').entries()) {
    if (content.trim() !== '') {
      const read = readLine(content, log);
      if (read.ok) entries.push(read.entry);
      else problems.push({ file, line, byte, reason: read.reason, detail: read.detail });
    }
    byte += new TextEncoder().encode(content).length + 1;
  }
  return { entries, problems };
}

/** Adds one entry. A line that a crash left without its end is closed first, so that only it is lost. */
export async function appendToLog<Entry>(
  files: Files,
  folder: string,
  log: StateLog<Entry>,
  entry: Entry,
): Promise<void> {
  const file = logPath(folder, log);
  const text = await files.readText(file);
  if (text !== null && text !== '' && !text.endsWith('\n')) await files.appendLine(file, '');
  await files.appendLine(file, JSON.stringify(entry));
}

function logPath<Entry>(folder: string, log: StateLog<Entry>): string {
  return `${folder.replace(/\/+$/, '')}/${log.name}`;
}

type ReadLine<Entry> =
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly reason: 'invalid-json' | 'unexpected-shape'; readonly detail: string };

function readLine<Entry>(content: string, log: StateLog<Entry>): ReadLine<Entry> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return { ok: false, reason: 'invalid-json', detail: `A line of ${log.name} is not JSON and is ignored.` };
  }
  const parsed = log.shape.safeParse(value);
  if (parsed.success) return { ok: true, entry: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  return {
    ok: false,
    reason: 'unexpected-shape',
    detail: `A line of ${log.name} has another shape${where} and is ignored.`,
  };
}
