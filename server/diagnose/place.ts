import { nearestName } from '../detect/nearestName.ts';
import type { Anchor, PromptSource, SourceFile, ToolSource } from '../model/anchor.ts';
import type { Failure } from '../model/failure.ts';
import type { EvidenceLevel } from '../model/finding.ts';
import type { RunFacts } from './runFacts.ts';

/** A place in a file that a failure is tied to, and how strong the tie is. */
export interface Place {
  readonly file: string;
  readonly anchor: Anchor;
  readonly level: EvidenceLevel;
  readonly onCurrentText: boolean;
}

/** Workspace files by name, as the last pass read them. */
export type Sources = ReadonlyMap<string, SourceFile>;

/**
 * The places that one failure of one run is tied to, by the ladder of evidence. Failures that the
 * environment or the user's turn caused are tied to no file.
 */
export function placesOf(failure: Failure, facts: RunFacts, sources: Sources): readonly Place[] {
  if (failure.blame === 'environment' || failure.blame === 'user') return [];
  if (failure.kind === 'invalid-arguments' || failure.kind === 'tool-error') {
    const place = toolPlace(failure, facts, sources);
    return place === null ? [] : [place];
  }
  if (failure.kind === 'unknown-tool') return unknownToolPlaces(failure, facts, sources);
  return promptPlaces(failure, facts, sources);
}

/**
 * The prompts, where one of them speaks of the tool that is not there. Else the model made the name
 * up over its list of tools, so the list is blamed, at the tool that the name comes closest to.
 */
function unknownToolPlaces(failure: Failure, facts: RunFacts, sources: Sources): readonly Place[] {
  const name = failure.tool ?? '';
  const isInPrompt = facts.prompts.some(({ file }) => {
    const prompt = sources.get(file)?.prompts[0];
    return prompt !== undefined && mentions(prompt.text, name);
  });
  const nearest = isInPrompt ? null : nearestToolPlace(failure, name, facts, sources);
  return nearest === null ? promptPlaces(failure, facts, sources) : [nearest];
}

function nearestToolPlace(failure: Failure, name: string, facts: RunFacts, sources: Sources): Place | null {
  const links = new Map(facts.tools.map((link) => [link.name, link]));
  const files = new Set(facts.tools.flatMap(({ file }) => (file === null ? [] : [file])));
  const candidates = [...files].flatMap((file) =>
    (sources.get(file)?.tools ?? []).filter(({ anchor, definition }) => {
      const link = links.get(definition.name);
      // A recorded list is the whole of what was offered; without one, the file is.
      if (link === undefined) return failure.certainty !== 'certain';
      return link.file === file && link.anchorId === anchor.id;
    }),
  );
  const nearest = nearestName(
    name,
    candidates.map(({ definition }) => definition.name),
  );
  const tool = candidates.find(({ definition }) => definition.name === nearest);
  if (tool === undefined) return null;
  const onCurrentText = links.get(tool.definition.name)?.state !== 'older';
  return { file: tool.file, anchor: tool.anchor, level: 'structural', onCurrentText };
}

function toolPlace(failure: Failure, facts: RunFacts, sources: Sources): Place | null {
  const link = facts.tools.find((tool) => tool.name === failure.tool);
  if (link?.file == null) return null;
  const tool = sources.get(link.file)?.tools.find((candidate) => candidate.anchor.id === link.anchorId);
  if (tool === undefined) return null;
  const parameter = failure.parameter === null ? undefined : nearestParameter(tool, failure.parameter);
  return {
    file: link.file,
    anchor: parameter ?? tool.anchor,
    level: 'structural',
    onCurrentText: link.state !== 'older',
  };
}

/** The parameter itself, or the closest one around it: `flights/0/date` is `flights/*\/date` in a schema. */
function nearestParameter(tool: ToolSource, path: string): Anchor | undefined {
  let wanted = path.split('/').map((step) => (/^\d+$/.test(step) ? '*' : step));
  while (wanted.length > 0) {
    const found = tool.parameters.find((parameter) => parameter.path === wanted.join('/'));
    if (found !== undefined) return found.anchor;
    wanted = wanted.slice(0, -1);
  }
  return undefined;
}

function promptPlaces(failure: Failure, facts: RunFacts, sources: Sources): readonly Place[] {
  const places: Place[] = [];
  for (const link of facts.prompts) {
    const prompt = sources.get(link.file)?.prompts[0];
    if (prompt === undefined) continue;
    const { anchor, level } = anchorInPrompt(failure, prompt);
    places.push({ file: link.file, anchor, level, onCurrentText: link.state !== 'older' });
  }
  return places;
}

/**
 * The section that speaks of the failing call's tool, else the whole prompt. An outcome says nothing
 * about the line, so it stays with the prompt it ran on; a fault that no line speaks of is `missing`.
 */
function anchorInPrompt(failure: Failure, prompt: PromptSource): { anchor: Anchor; level: EvidenceLevel } {
  const whole = prompt.anchors[0] as Anchor;
  if (failure.kind === 'failed-outcome') return { anchor: whole, level: 'related' };
  if (failure.tool === null) return { anchor: whole, level: 'missing' };
  const sections = prompt.anchors.filter((anchor) => anchor.type === 'section');
  const naming = sections.filter((section) => mentions(sectionText(prompt, section), failure.tool as string));
  // Sections nest: the innermost one that names the tool is the shortest.
  const innermost = naming.sort((a, b) => length(a) - length(b) || a.range.start - b.range.start)[0];
  if (innermost === undefined) return { anchor: whole, level: 'missing' };
  return { anchor: innermost, level: failure.kind === 'unknown-tool' ? 'structural' : 'related' };
}

function length(anchor: Anchor): number {
  return anchor.fullRange.end - anchor.fullRange.start;
}

function sectionText(prompt: PromptSource, section: Anchor): string {
  let text = '';
  for (const piece of prompt.map.pieces) {
    const from = Math.max(piece.source, section.fullRange.start);
    const to = Math.min(piece.source + piece.length, section.fullRange.end);
    if (from < to) {
      const start = piece.rendered + (from - piece.source);
      text += prompt.text.slice(start, start + (to - from));
    }
  }
  return text;
}

/** The whole name, not a part of a longer one: `search` is not mentioned in `search-flights`. */
function mentions(text: string, name: string): boolean {
  let at = text.indexOf(name);
  while (at !== -1) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + name.length] ?? ' ';
    if (!/[\w-]/.test(before) && !/[\w-]/.test(after)) return true;
    at = text.indexOf(name, at + 1);
  }
  return false;
}
