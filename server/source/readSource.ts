/**
 * The room that finds prompts and tool definitions in workspace files and says where they stand.
 * Invariant: reading is total and exact. Whatever the text, there is a `SourceFile` or null; every
 * range holds the very characters it is named for, and every edit made here changes the one value
 * it was asked to change, or is refused with a reason.
 */
import type { SourceFile } from '../model/anchor.ts';
import { sha256 } from '../model/hash.ts';
import { SOURCE_KINDS } from './catalogue.ts';

/**
 * Parses one workspace file. Null when no kind looks at this name, or nothing in it could be a
 * prompt or a tool definition.
 *
 * @param file workspace-relative with forward slashes
 */
export function readSource(file: string, text: string): SourceFile | null {
  for (const kind of SOURCE_KINDS) {
    if (!kind.file.test(file)) continue;
    const { prompts, tools } = kind.read(file, text);
    if (prompts.length === 0 && tools.length === 0) return null;
    return { file, hash: sha256(text), text, prompts, tools };
  }
  return null;
}
