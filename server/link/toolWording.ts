import type { SourceFile, ToolSource } from '../model/anchor.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { ToolDefinition } from '../model/run.ts';
import type { FileRevision } from '../ports/git.ts';
import { readSource } from '../source/readSource.ts';

/** One wording of a tool that a file defines today: today's own, or one that git remembers. */
export interface ToolWording {
  /** Today's definition, to which the link points. */
  readonly tool: ToolSource;
  readonly definition: ToolDefinition;
  readonly canonical: string;
  readonly isToday: boolean;
  /** Whether the newest revision holds it; null without history. */
  readonly isInHead: boolean | null;
}

/** All distinct wordings of every tool in a file, today's first. */
export function toolWordingsOf(
  source: SourceFile,
  revisions: readonly FileRevision[],
): readonly ToolWording[] {
  if (source.tools.length === 0) return [];
  const old = revisions.map((revision) => readSource(source.file, revision.text)?.tools ?? []);
  return source.tools.flatMap((tool) => {
    const wordings = new Map<string, ToolWording>();
    const today = canonicalDefinition(tool.definition);
    const headed = old[0]?.find((other) => other.anchor.id === tool.anchor.id);
    const inHead = headed === undefined ? null : canonicalDefinition(headed.definition);
    const isInHead = (canonical: string) => (revisions.length === 0 ? null : canonical === inHead);
    wordings.set(today, {
      tool,
      definition: tool.definition,
      canonical: today,
      isToday: true,
      isInHead: isInHead(today),
    });
    for (const tools of old) {
      const other = tools.find(({ anchor }) => anchor.id === tool.anchor.id);
      if (other === undefined) continue;
      const canonical = canonicalDefinition(other.definition);
      if (wordings.has(canonical)) continue;
      wordings.set(canonical, {
        tool,
        definition: other.definition,
        canonical,
        isToday: false,
        isInHead: isInHead(canonical),
      });
    }
    return [...wordings.values()];
  });
}

/** Text that is equal for definitions which differ only in what client libraries add or reorder. */
export function canonicalDefinition(definition: ToolDefinition): string {
  return canonicalJson({
    name: definition.name,
    description: definition.description === null ? null : definition.description.replace(/\s+/g, ' ').trim(),
    parameters: definition.parameters === null ? null : plainSchema(definition.parameters),
  });
}

/** A schema without `additionalProperties: false`, titles, `strict` and empty lists. */
function plainSchema(schema: JsonObject): Json {
  const entries: [string, Json][] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'additionalProperties' && value === false) continue;
    if ((key === 'title' || key === '$schema') && typeof value === 'string') continue;
    if (key === 'strict' && typeof value === 'boolean') continue;
    if (key === 'required' && Array.isArray(value)) {
      if (value.length > 0) entries.push([key, [...value].map(String).sort()]);
    } else if ((key === 'properties' || key === '$defs' || key === 'definitions') && isJsonObject(value)) {
      // The keys in here are names, not keywords: a parameter may be called `title`.
      const named = Object.entries(value).map(([name, inner]): [string, Json] => [name, plainValue(inner)]);
      if (named.length > 0) entries.push([key, Object.fromEntries(named)]);
    } else if (key === 'enum' || key === 'const' || key === 'default' || key === 'examples') {
      entries.push([key, value]);
    } else entries.push([key, plainValue(value)]);
  }
  return Object.fromEntries(entries);
}

function plainValue(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(plainValue);
  return isJsonObject(value) ? plainSchema(value) : value;
}
