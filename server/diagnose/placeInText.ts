import type { Anchor, SourceFile, TextRange } from '../model/anchor.ts';
import type { Finding } from '../model/finding.ts';

/** A finding in the text that a person is looking at. */
export interface PlacedFinding {
  readonly finding: Finding;
  readonly range: TextRange;
  /** True when the text of its anchor was changed since the pass that counted. */
  readonly isStale: boolean;
}

/**
 * Carries findings from the text they were counted on to the text in the editor. Anchors keep
 * their ids while the text around them moves; where one is gone, the finding stays with what
 * encloses it, and is marked as older than the edit. Nothing is dropped.
 */
export function placeInText(
  findings: readonly Finding[],
  counted: SourceFile,
  now: SourceFile,
): readonly PlacedFinding[] {
  if (counted.hash === now.hash) {
    return findings.map((finding) => ({ finding, range: finding.range, isStale: false }));
  }
  const before = anchorsById(counted);
  const after = anchorsById(now);
  return findings.map((finding) => {
    const old = before.get(finding.anchor.id);
    const current = after.get(finding.anchor.id) ?? enclosing(finding.anchor.id, after);
    if (current === undefined) return { finding, range: { start: 0, end: 0 }, isStale: true };
    const unchanged =
      old !== undefined &&
      current.id === old.id &&
      slice(counted.text, old.fullRange) === slice(now.text, current.fullRange);
    return { finding, range: current.range, isStale: !unchanged };
  });
}

export function anchorsById(source: SourceFile): ReadonlyMap<string, Anchor> {
  const anchors = new Map<string, Anchor>();
  for (const prompt of source.prompts) for (const anchor of prompt.anchors) anchors.set(anchor.id, anchor);
  for (const tool of source.tools) {
    anchors.set(tool.anchor.id, tool.anchor);
    for (const parameter of tool.parameters) anchors.set(parameter.anchor.id, parameter.anchor);
  }
  return anchors;
}

/** `parameter:get_quote/as_of` lies in `tool:get_quote`; a section in its prompt. */
function enclosing(id: string, anchors: ReadonlyMap<string, Anchor>): Anchor | undefined {
  const tool = /^parameter:([^/]+)\//.exec(id)?.[1];
  const found = tool === undefined ? undefined : anchors.get(`tool:${tool}`);
  return found ?? anchors.values().next().value;
}

function slice(text: string, range: TextRange): string {
  return text.slice(range.start, range.end);
}
