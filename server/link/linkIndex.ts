import type { SourceFile, ToolSource } from '../model/anchor.ts';
import type { FileRevision } from '../ports/git.ts';
import { type ToolWording, toolWordingsOf } from './toolWording.ts';
import { type Wording, wordingsOf } from './wording.ts';

/** Everything that linking looks up, prepared once for many runs. */
export interface LinkIndex {
  /** Wordings by the hash of their normalised text. */
  readonly exact: ReadonlyMap<string, readonly Wording[]>;
  readonly wordings: readonly Wording[];
  /** Fingerprint to the wordings that hold it, as indexes into `wordings`. */
  readonly postings: ReadonlyMap<number, readonly number[]>;
  /** How much a fingerprint tells: less the more files hold it, 0 above 8 files. */
  readonly weight: (print: number) => number;
  readonly tools: ReadonlyMap<string, readonly ToolWording[]>;
  /** All tools in today's files, for counting what a file defines. */
  readonly toolSources: readonly ToolSource[];
}

/** A print in more files than this is boilerplate. */
const MAX_FILES = 8;

/**
 * @param revisions what git remembers of a file, newest first; empty without git, in an untrusted
 *   folder, or for files that no run needs (see `filesNeedingHistory`)
 */
export function buildLinkIndex(
  sources: readonly SourceFile[],
  revisions: (file: string) => readonly FileRevision[],
): LinkIndex {
  const wordings: Wording[] = [];
  const tools = new Map<string, ToolWording[]>();
  for (const source of sources) {
    const history = revisions(source.file);
    for (const prompt of source.prompts) wordings.push(...wordingsOf(source, prompt, history));
    for (const wording of toolWordingsOf(source, history)) {
      append(tools, wording.tool.definition.name, wording);
    }
  }
  const exact = new Map<string, Wording[]>();
  const postings = new Map<number, number[]>();
  const files = new Map<number, Set<string> | string>();
  wordings.forEach((wording, id) => {
    append(exact, wording.normalHash, wording);
    for (const print of wording.prints) {
      append(postings, print, id);
      addFile(files, print, wording.source.file);
    }
  });
  const fileCount = sources.filter((source) => source.prompts.length > 0).length;
  const weights = new Map<number, number>();
  for (const [print, holders] of files) {
    const count = typeof holders === 'string' ? 1 : holders.size;
    // Inverse document frequency, kept above 0 for the smallest workspaces.
    weights.set(print, count > MAX_FILES ? 0 : Math.log(1 + (fileCount + 1) / count));
  }
  return {
    exact,
    wordings,
    postings,
    weight: (print) => weights.get(print) ?? 0,
    tools,
    toolSources: sources.flatMap((source) => source.tools),
  };
}

/** Most prints stand in one file: a set is made only for the second. */
function addFile(files: Map<number, Set<string> | string>, print: number, file: string): void {
  const known = files.get(print);
  if (known === undefined) files.set(print, file);
  else if (typeof known !== 'string') known.add(file);
  else if (known !== file) files.set(print, new Set([known, file]));
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
