import { type PlacedFinding, placeInText } from '../diagnose/placeInText.ts';
import type { Anchor, SourceFile } from '../model/anchor.ts';
import type { AnchorStats } from '../model/finding.ts';
import { sha256 } from '../model/hash.ts';
import { lineStarts } from '../model/lineIndex.ts';
import { readSource } from '../source/readSource.ts';
import type { Snapshot } from '../workspace/snapshot.ts';

/** One open file as annotations need it: the text as it stands, and what the last pass knows of it. */
export interface DocumentView {
  readonly uri: string;
  readonly file: string;
  readonly text: string;
  readonly starts: readonly number[];
  /** Null when the file is neither a prompt nor a tool-definition file. */
  readonly source: SourceFile | null;
  readonly placed: readonly PlacedFinding[];
  readonly statsOf: (anchorId: string) => AnchorStats | null;
  readonly lineOf: Snapshot['lineOf'];
  /** Folder with the rule pages; empty when there is none to link to. */
  readonly rulesUri: string;
  /** Null before the first pass. */
  readonly snapshot: Snapshot | null;
}

/** Pure: the same text and snapshot give the same view. */
export function documentView(
  uri: string,
  file: string,
  text: string,
  snapshot: Snapshot | null,
  rulesUri = '',
): DocumentView {
  const source = readSource(file, text);
  const counted = snapshot?.sources.get(file);
  const findings = snapshot?.findings.filter((finding) => finding.file === file) ?? [];
  // A text that is no source any more, such as JSON half typed, keeps its findings at its top.
  const now = source ?? { file, hash: sha256(text), text, prompts: [], tools: [] };
  const placed = counted === undefined ? [] : placeInText(findings, counted, now);
  const stats = new Map(
    snapshot?.stats.filter((row) => row.file === file).map((row) => [row.anchorId, row]) ?? [],
  );
  return {
    uri,
    file,
    text,
    starts: lineStarts(text),
    source,
    placed,
    statsOf: (anchorId) => stats.get(anchorId) ?? null,
    lineOf: snapshot?.lineOf ?? (() => 0),
    rulesUri,
    snapshot,
  };
}

/**
 * Anchors that carry a lens: known from the text alone, so that a finished pass never makes code
 * jump. A file that only a trace can prove to be a prompt has its lens once a run carried it.
 */
export function lensAnchors(view: DocumentView): readonly Anchor[] {
  if (view.source === null) return [];
  const prompts = view.source.prompts.filter(
    (prompt) => !prompt.needsProof || prompt.anchors.some((anchor) => view.statsOf(anchor.id) !== null),
  );
  return [
    ...prompts.map((prompt) => prompt.anchors[0]).filter((anchor) => anchor !== undefined),
    ...view.source.tools.map((tool) => tool.anchor),
  ];
}
