import type { ToolDefinition } from '../model/run.ts';
import { textHash } from './digest.ts';
import { hashBlob, type WriteTarget } from './writeBatch.ts';

type ToolSet = readonly ToolDefinition[];

/**
 * Runs of one file share their tool lists, mostly as the same object; this saves serialising some
 * kilobytes of schema again for every run.
 */
const digests = new WeakMap<ToolSet, ToolSetDigest>();

interface ToolSetDigest {
  readonly hash: string;
  readonly definitions: readonly { readonly hash: string; readonly name: string; readonly json: string }[];
}

/** Looks up the keys of all lists and definitions of a batch. */
export async function loadSetKeys(target: WriteTarget, sets: readonly ToolSet[]): Promise<void> {
  const found = sets.map(digestToolSet);
  await target.memory.toolSets.load(target.connection, new Set(found.map(({ hash }) => hash)));
  const definitions = new Set(found.flatMap((set) => set.definitions.map(({ hash }) => hash)));
  await target.memory.definitions.load(target.connection, definitions);
}

/** Keys of the lists, after adding the rows of those that are new. */
export function toolSetKeys(target: WriteTarget, sets: readonly ToolSet[]): readonly number[] {
  const { tables, memory, duckdb } = target;
  return sets.map((set) => {
    const { hash, definitions } = digestToolSet(set);
    const { key, isNew } = memory.toolSets.keyOf(hash);
    if (!isNew) return key;
    tables.tool_sets.push(key, hashBlob(duckdb, hash));
    for (const [position, { hash: definitionHash, name, json }] of definitions.entries()) {
      const definition = memory.definitions.keyOf(definitionHash);
      if (definition.isNew) {
        tables.tool_definitions.push(definition.key, hashBlob(duckdb, definitionHash), name, json);
      }
      tables.tool_set_definitions.push(key, position, definition.key);
    }
    return key;
  });
}

function digestToolSet(set: ToolSet): ToolSetDigest {
  const known = digests.get(set);
  if (known !== undefined) return known;
  const definitions = set.map(({ name, description, parameters, strict }) => {
    const json = JSON.stringify({ description, parameters, strict });
    return { hash: textHash(JSON.stringify([name, json])), name, json };
  });
  const digest = { hash: textHash(definitions.map(({ hash }) => hash).join()), definitions };
  digests.set(set, digest);
  return digest;
}
