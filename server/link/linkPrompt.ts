/**
 * The room that tells which files, lines and wordings the text of a run came from.
 * Invariant: a link is a claim about texts alone. Nothing is executed, no template, no process; what
 * git remembers comes in as data; and where the evidence is thin there is no link rather than a guess.
 */

import { sha256 } from '../model/hash.ts';
import { lineCharacterAt, lineStarts } from '../model/lineIndex.ts';
import type { LinkedLine, PromptLink, WordingState } from '../model/link.ts';
import { sourceOffset } from '../source/textMap.ts';
import { alignLines } from './alignLines.ts';
import { coverText } from './coverText.ts';
import { exactFit, type Fit, firstWordAt, type Rendered } from './fit.ts';
import type { LinkIndex } from './linkIndex.ts';
import { normalTextWithOffsets } from './normalText.ts';
import type { Wording } from './wording.ts';
import { wordsOf } from './words.ts';

/** Text of a file that is no named prompt proves nothing when it is shorter than this. */
const MIN_PROOF_WORDS = 8;

/**
 * Links one message's text to the prompt files that it was put together from, in the order in which
 * they stand in the text. Copies of one text are all reported, the likelier one first.
 *
 * The answer depends on text and `startedAt` alone: callers with many runs of one text should ask once.
 *
 * @param startedAt when the run began, ISO 8601; decides between equally good older wordings
 */
export function linkPromptText(
  text: string,
  index: LinkIndex,
  startedAt: string | null,
): readonly PromptLink[] {
  const normal = normalTextWithOffsets(text);
  if (normal.text === '') return [];
  const rendered: Rendered = { text, normal, words: wordsOf(text) };
  const whole = (index.exact.get(sha256(normal.text)) ?? []).filter(isProof);
  const best = preferred(whole, startedAt)[0];
  const found = best === undefined ? null : exactFit(rendered, best, () => true);
  const fits = found === null ? coverText(rendered, index, startedAt) : [found];
  return fits
    .flatMap((fit) => [
      linkFrom(rendered, fit, startedAt),
      ...copiesOf(fit.wording, index, startedAt).map((wording) =>
        copyLink(rendered, { ...fit, wording }, fit),
      ),
    ])
    .sort((a, b) => a.renderedStart - b.renderedStart || b.confidence - a.confidence);
}

function isProof(wording: Wording): boolean {
  return !wording.prompt.needsProof || wording.words.count >= MIN_PROOF_WORDS;
}

/** Today's text before older text, named prompts before files that need proof, committed before the run first. */
function preferred(wordings: readonly Wording[], startedAt: string | null): readonly Wording[] {
  const limit = startedAt === null ? Number.POSITIVE_INFINITY : Date.parse(startedAt);
  const existed = (wording: Wording) =>
    wording.revisions.some(({ committedAt }) => Date.parse(committedAt) <= limit) ? 0 : 1;
  return [...wordings].sort(
    (a, b) =>
      Number(b.isToday) - Number(a.isToday) ||
      Number(a.prompt.needsProof) - Number(b.prompt.needsProof) ||
      existed(a) - existed(b) ||
      (a.source.file < b.source.file ? -1 : 1),
  );
}

/** Other files that hold the very same text today. A copy that needs proof is only a copy. */
function copiesOf(wording: Wording, index: LinkIndex, startedAt: string | null): readonly Wording[] {
  const same = (index.exact.get(wording.normalHash) ?? []).filter(
    (other) =>
      other.source.file !== wording.source.file &&
      other.isToday &&
      (wording.prompt.needsProof || !other.prompt.needsProof),
  );
  return preferred(same, startedAt);
}

function copyLink(rendered: Rendered, fit: Fit, original: Fit): PromptLink {
  const link = linkFrom(rendered, fit, null);
  return { ...link, reason: `${link.reason}; ${original.wording.source.file} holds the same text` };
}

function linkFrom(rendered: Rendered, fit: Fit, startedAt: string | null): PromptLink {
  const { wording } = fit;
  const state = stateOf(fit);
  const commit =
    state === 'older' && wording.isToday ? null : (revisionAt(wording, startedAt)?.commit ?? null);
  return {
    file: wording.source.file,
    confidence: fit.confidence,
    coverage: coverageOf(rendered, fit),
    method: fit.method,
    state,
    commit,
    wordingHash: wording.hash,
    lines: linkedLines(fit),
    renderedStart: fit.start,
    renderedEnd: fit.end,
    holes: fit.values,
    reason: reasonOf(fit, state, commit),
  };
}

function stateOf(fit: Fit): WordingState {
  if (!fit.wording.isToday || !fit.isFull) return 'older';
  return fit.wording.isInHead === false ? 'uncommitted' : 'current';
}

/** The newest commit with this wording; for older text the newest one from before the run. */
function revisionAt(wording: Wording, startedAt: string | null) {
  const newest = wording.revisions[0];
  if (startedAt === null || wording.isToday) return newest;
  const limit = Date.parse(startedAt);
  return wording.revisions.find(({ committedAt }) => Date.parse(committedAt) <= limit) ?? newest;
}

function coverageOf(rendered: Rendered, fit: Fit): number {
  const { words } = rendered;
  if (words.count === 0) return fit.method === 'exact' ? 1 : 0;
  let explained = 0;
  if (fit.method === 'exact') explained = firstWordAt(words, fit.end) - firstWordAt(words, fit.start);
  else {
    for (const { rendered: line } of fit.pairs) {
      explained += (words.lineFirst[line + 1] ?? words.count) - (words.lineFirst[line] ?? 0);
    }
    if (fit.isFull)
      explained = Math.max(explained, firstWordAt(words, fit.end) - firstWordAt(words, fit.start));
  }
  return Math.min(1, explained / words.count);
}

/** Lines of the message against lines of today's file, whichever wording the run carried. */
function linkedLines(fit: Fit): readonly LinkedLine[] {
  const { prompt, source, isToday } = fit.wording;
  const fileLines = lineStarts(source.text);
  const promptLines = lineStarts(prompt.text);
  const pairs = isToday ? fit.pairs : pairsWithToday(fit);
  return pairs.flatMap((pair) => {
    const offset = sourceOffset(prompt.map, promptLines[pair.source] ?? 0);
    if (offset === null) return [];
    return [{ renderedLine: pair.rendered, sourceLine: lineCharacterAt(fileLines, offset).line }];
  });
}

/** Old wording to today's by alignment of the two, so that only lines that the run carried are tied. */
function pairsWithToday(fit: Fit) {
  const today = wordsOf(fit.wording.prompt.text);
  const toToday = new Map(
    alignLines(wordsOf(fit.wording.text), today).map((pair) => [pair.rendered, pair.source] as const),
  );
  return fit.pairs.flatMap((pair) => {
    const source = toToday.get(pair.source);
    return source === undefined ? [] : [{ rendered: pair.rendered, source }];
  });
}

function reasonOf(fit: Fit, state: WordingState, commit: string | null): string {
  const at = commit === null ? '' : ` as of commit ${commit.slice(0, 8)}`;
  if (fit.method === 'exact') {
    if (state === 'older') return `the older text${at}, word for word`;
    return state === 'uncommitted'
      ? "today's text, not committed yet, word for word"
      : "today's text, word for word";
  }
  if (fit.isFull) return `the text${at} with ${fit.values.length} hole(s) filled`;
  const share = Math.round(fit.confidence * 100);
  return `${share} % of its words in order; differs from every wording known, nearest is ${commit === null ? "today's" : `the one of commit ${commit.slice(0, 8)}`}`;
}
