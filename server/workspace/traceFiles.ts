import type { Files } from '../ports/files.ts';

/** A trace file that is to be read. */
export interface FoundTrace {
  /** Absolute, forward slashes. */
  readonly path: string;
  /** Relative to the workspace where inside, else absolute. */
  readonly name: string;
}

export type FoundTraces =
  | { readonly ok: true; readonly files: readonly FoundTrace[] }
  | { readonly ok: false; readonly reason: 'no-such-path'; readonly path: string };

/**
 * Files that the patterns name: a file, a folder (all of it), or a glob; relative ones start at
 * the root. A pattern without wildcards that names nothing is an error when `mustExist` (a person
 * typed it) and is passed over otherwise (a setting). `onlyInside` keeps to the workspace.
 */
export async function findTraces(
  root: string,
  patterns: readonly string[],
  files: Files,
  options: { readonly mustExist: boolean; readonly onlyInside: boolean },
): Promise<FoundTraces> {
  const found = new Map<string, FoundTrace>();
  for (const pattern of patterns) {
    const absolute = resolve(root, pattern);
    if (options.onlyInside && absolute !== root && !absolute.startsWith(`${root}/`)) continue;
    const paths = await expand(absolute, files);
    if (paths.length === 0 && options.mustExist && !hasWildcard(pattern)) {
      return { ok: false, reason: 'no-such-path', path: pattern };
    }
    for (const path of paths) {
      const name = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
      found.set(name, { path, name });
    }
  }
  return { ok: true, files: [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

const IGNORED = ['**/node_modules/**', '**/.git/**', '**/README*', '**/LICENSE*', '**/.DS_Store'];

async function expand(absolute: string, files: Files): Promise<string[]> {
  if (!hasWildcard(absolute)) {
    if ((await files.stat(absolute)) !== null) return [absolute];
    return (await files.find(absolute, ['**'], IGNORED)).map((name) => `${absolute}/${name}`);
  }
  // The folder before the first wildcard is where the search starts.
  const steps = absolute.split('/');
  const first = steps.findIndex(hasWildcard);
  const base = steps.slice(0, first).join('/') || '/';
  const glob = steps.slice(first).join('/');
  const names = await files.find(base, [glob], IGNORED);
  return names.map((name) => (base === '/' ? `/${name}` : `${base}/${name}`));
}

function hasWildcard(text: string): boolean {
  return /[*?[{]/.test(text);
}

function resolve(root: string, pattern: string): string {
  const forward = pattern.replaceAll('\\', '/').replace(/\/+$/, '') || '/';
  const absolute = /^(\/|[A-Za-z]:\/)/.test(forward) ? forward : `${root}/${forward}`;
  const steps: string[] = [];
  for (const step of absolute.split('/')) {
    if (step === '..' && steps.length > 1) steps.pop();
    else if (step !== '.' && step !== '..') steps.push(step);
  }
  return steps.join('/');
}
