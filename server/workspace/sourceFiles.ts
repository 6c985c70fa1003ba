import type { SourceFile } from '../model/anchor.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import { throwIfCancelled } from '../ports/cancellation.ts';
import type { Files } from '../ports/files.ts';
import { readSource } from '../source/readSource.ts';
import { SOURCE_IGNORE, SOURCE_PATTERNS } from '../source/sourcePatterns.ts';

/** A longer file is no prompt and no tool list; reading it would only cost memory. */
const MAX_BYTES = 1 << 20;

/** Parsed prompt and tool files of a workspace; a file is parsed again only when it changed on disk. */
export class SourceFiles {
  readonly #root: string;
  readonly #files: Files;
  #known = new Map<string, { readonly stamp: string; readonly source: SourceFile | null }>();

  constructor(root: string, files: Files) {
    this.#root = root;
    this.#files = files;
  }

  /** Sorted by file name. Trace files are not sources, whatever they look like. */
  async read(traces: ReadonlySet<string>, token: CancellationToken): Promise<readonly SourceFile[]> {
    const next = new Map<string, { stamp: string; source: SourceFile | null }>();
    for (const file of await this.#files.find(this.#root, SOURCE_PATTERNS, SOURCE_IGNORE)) {
      throwIfCancelled(token);
      if (traces.has(file)) continue;
      const stat = await this.#files.stat(`${this.#root}/${file}`);
      if (stat === null || stat.size > MAX_BYTES) continue;
      const stamp = `${stat.size}:${stat.modifiedMs}`;
      const known = this.#known.get(file);
      if (known?.stamp === stamp) {
        next.set(file, known);
        continue;
      }
      const text = await this.#files.readText(`${this.#root}/${file}`);
      next.set(file, { stamp, source: text === null ? null : readSource(file, text) });
    }
    this.#known = next;
    return [...next.values()].map(({ source }) => source).filter((source) => source !== null);
  }
}
