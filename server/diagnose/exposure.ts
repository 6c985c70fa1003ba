import type { Pattern } from './diagnose.ts';
import type { RunFacts } from './runFacts.ts';

/**
 * How many runs could have shown a pattern: those that carried its file and, for kinds about a
 * call, called the tool. A tool file is carried by the runs whose tool is linked to it, so that
 * two agents with a tool of the same name are counted apart. A call of a tool that does not exist
 * could come from any run that knows the file's other tools.
 */
export function exposureOf(runs: readonly RunFacts[]): (pattern: Pattern) => number {
  const counts = new Map<string, number>();
  for (const run of runs) {
    const seen = new Set<string>();
    for (const { file } of run.prompts) {
      seen.add(key(file, null));
      for (const tool of run.calls.keys()) seen.add(key(file, tool));
    }
    for (const { file, name } of run.tools) {
      if (file === null) continue;
      seen.add(toolListKey(file));
      if (run.calls.has(name)) seen.add(key(file, name));
    }
    for (const one of seen) counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  return ({ kind, tool, place }) => {
    if (kind === 'unknown-tool' && place.anchor.type === 'tool')
      return counts.get(toolListKey(place.file)) ?? 0;
    const isAboutCall = tool !== null && kind !== 'unknown-tool' && kind !== 'failed-outcome';
    return counts.get(key(place.file, isAboutCall ? tool : null)) ?? 0;
  };
}

function key(file: string, tool: string | null): string {
  return JSON.stringify([file, tool]);
}

function toolListKey(file: string): string {
  return JSON.stringify([file]);
}
