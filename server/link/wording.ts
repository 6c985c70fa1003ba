import type { PromptSource, SourceFile } from '../model/anchor.ts';
import { sha256 } from '../model/hash.ts';
import type { FileRevision } from '../ports/git.ts';
import { findHoles, type Hole, literalRuns } from '../source/holes.ts';
import { readSource } from '../source/readSource.ts';
import { fingerprints } from './fingerprints.ts';
import { normalText } from './normalText.ts';
import { type Words, wordsOf } from './words.ts';

/** One text that a prompt file has held: today's, or one that git remembers. */
export interface Wording {
  readonly source: SourceFile;
  readonly prompt: PromptSource;
  /** Rendered text of this wording. For older ones it differs from `prompt.text`. */
  readonly text: string;
  /** SHA-256 of the text as it stands, hex. */
  readonly hash: string;
  /** SHA-256 of the normalised text: equal for texts that differ in line endings or ends only. */
  readonly normalHash: string;
  readonly normal: string;
  readonly words: Words;
  readonly holes: readonly Hole[];
  readonly prints: readonly number[];
  readonly isToday: boolean;
  /** Revisions that held it, newest first; empty for text never committed. */
  readonly revisions: readonly { readonly commit: string; readonly committedAt: string }[];
  /** Whether the newest revision holds it; null without history. */
  readonly isInHead: boolean | null;
}

/** All distinct wordings of one prompt, today's first. Revisions come newest first. */
export function wordingsOf(
  source: SourceFile,
  prompt: PromptSource,
  revisions: readonly FileRevision[],
): readonly Wording[] {
  const texts = new Map<
    string,
    { text: string; revisions: FileRevision[]; isToday: boolean; isInHead: boolean }
  >();
  const today = normalText(prompt.text);
  texts.set(today, { text: prompt.text, revisions: [], isToday: true, isInHead: false });
  const parsed = new Map<string, string | null>();
  revisions.forEach((revision, age) => {
    let text = parsed.get(revision.text);
    if (text === undefined) {
      text = readSource(source.file, revision.text)?.prompts[0]?.text ?? null;
      parsed.set(revision.text, text);
    }
    if (text === null) return;
    const normal = normalText(text);
    const known = texts.get(normal);
    if (known === undefined) {
      texts.set(normal, { text, revisions: [revision], isToday: false, isInHead: age === 0 });
    } else {
      known.revisions.push(revision);
      known.isInHead ||= age === 0;
    }
  });
  return Array.from(texts, ([normal, entry]) => {
    const holes = findHoles(entry.text);
    const words = wordsOf(entry.text, literalRuns(entry.text, holes));
    return {
      source,
      prompt,
      text: entry.text,
      hash: sha256(entry.text),
      normalHash: sha256(normal),
      normal,
      words,
      holes,
      prints: fingerprints(words),
      isToday: entry.isToday,
      revisions: entry.revisions.map(({ commit, committedAt }) => ({ commit, committedAt })),
      isInHead: revisions.length === 0 ? null : entry.isInHead,
    };
  });
}
