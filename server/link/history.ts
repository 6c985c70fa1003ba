import { sha256 } from '../model/hash.ts';
import type { FileRevision, Git } from '../ports/git.ts';
import { candidatesFor } from './candidates.ts';
import type { LinkIndex } from './linkIndex.ts';
import { normalText } from './normalText.ts';
import { wordsOf } from './words.ts';

/** Below these a file's older wordings could not pass for linked either. */
const MIN_SHARED_PRINTS = 4;
const MIN_CONTAINMENT = 0.08;

/**
 * Files whose older wordings matter for these runs: those that some text may have come from and those
 * that define a tool in use. Linking with versions takes two steps: build an index without revisions,
 * ask git (`loadHistories`) for these files alone, build the index again.
 *
 * @param texts distinct message texts
 * @param tools names of called or offered tools
 */
export function filesNeedingHistory(
  texts: Iterable<string>,
  tools: Iterable<string>,
  index: LinkIndex,
): readonly string[] {
  const files = new Set<string>();
  for (const text of new Set(texts)) {
    const whole = index.exact.get(sha256(normalText(text)));
    for (const wording of whole ?? []) files.add(wording.source.file);
    if (whole !== undefined) continue;
    for (const { wording, hits, containment } of candidatesFor(wordsOf(text), index)) {
      const enough = Math.min(MIN_SHARED_PRINTS, wording.prints.length);
      if (hits.size >= enough && containment >= MIN_CONTAINMENT) files.add(wording.source.file);
    }
  }
  for (const name of new Set(tools)) {
    for (const { tool } of index.tools.get(name) ?? []) files.add(tool.file);
  }
  return [...files].sort();
}

/** Asks git for each file in turn. Without git (`null`, an untrusted folder) there is no history. */
export async function loadHistories(
  git: Git | null,
  files: readonly string[],
): Promise<ReadonlyMap<string, readonly FileRevision[]>> {
  const histories = new Map<string, readonly FileRevision[]>();
  if (git === null) return histories;
  for (const file of files) histories.set(file, await git.history(file));
  return histories;
}
