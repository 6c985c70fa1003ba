import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export const root = new URL('../../', import.meta.url).pathname.replace(/\/$/, '');

/** Every file that is or would be committed: tracked ones and new ones that are not ignored. */
export function projectFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  // A file that was deleted and not yet committed is still listed.
  return [...new Set(listed.split('\0'))]
    .filter((file) => file !== '' && existsSync(`${root}/${file}`))
    .sort();
}

export function typeScriptFiles(): readonly string[] {
  return projectFiles().filter((file) => /\.(?:ts|mts)$/.test(file) && !file.endsWith('.d.mts'));
}

const texts = new Map<string, string>();

/** Read once; empty when the file went away since it was listed. */
export function textOf(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = existsSync(`${root}/${file}`) ? readFileSync(`${root}/${file}`, 'utf8') : '';
    texts.set(file, text);
  }
  return text;
}

/** `server/lsp/hover.ts:12: import …`, the form that an editor's terminal turns into a link. */
export function at(file: string, text: string, offset: number): string {
  const line = text.slice(0, offset).split('\n').length;
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return `${file}:${line}: ${text.slice(start, end === -1 ? text.length : end).trim()}`;
}
