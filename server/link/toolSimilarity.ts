import { isJsonObject, type Json } from '../model/json.ts';
import type { ToolDefinition } from '../model/run.ts';

/**
 * How near two definitions of one name are, 0 to 1: half from the words of the descriptions, half
 * from the parameters' names and types (Jaccard index of each).
 */
export function definitionSimilarity(a: ToolDefinition, b: ToolDefinition): number {
  return (
    (jaccard(descriptionWords(a), descriptionWords(b)) + jaccard(parameterFacts(a), parameterFacts(b))) / 2
  );
}

function descriptionWords(definition: ToolDefinition): ReadonlySet<string> {
  return new Set((definition.description ?? '').toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
}

function parameterFacts(definition: ToolDefinition): ReadonlySet<string> {
  const facts = new Set<string>();
  const visit = (schema: Json | undefined, path: string, depth: number): void => {
    if (!isJsonObject(schema) || depth > 8) return;
    if (path !== '') facts.add(`${path}:${JSON.stringify(schema.type ?? null)}`);
    const properties = schema.properties;
    if (isJsonObject(properties)) {
      for (const [name, inner] of Object.entries(properties)) visit(inner, `${path}/${name}`, depth + 1);
    }
    visit(schema.items, `${path}/*`, depth + 1);
  };
  visit(definition.parameters ?? undefined, '', 0);
  return facts;
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 && b.size === 0) return 1;
  let common = 0;
  for (const item of a) if (b.has(item)) common += 1;
  return common / (a.size + b.size - common);
}
