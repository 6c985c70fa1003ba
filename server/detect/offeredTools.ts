import type { ModelCall, Run, ToolDefinition } from '../model/run.ts';

/** The request that a message answers, or undefined where the record has none. */
export function modelCallOf(run: Run): (message: number) => ModelCall | undefined {
  const byOutput = new Map<number, ModelCall>();
  for (const call of run.modelCalls) {
    if (call.outputMessage === null) continue;
    // Of two records of one answer the one that knows its tools is worth more.
    if (call.toolSet !== null || !byOutput.has(call.outputMessage)) byOutput.set(call.outputMessage, call);
  }
  return (message) => byOutput.get(message);
}

/** The tools that the very request offered which produced a message; null when the record does not say. */
export function offeredTools(run: Run): (message: number) => readonly ToolDefinition[] | null {
  const callOf = modelCallOf(run);
  return (message) => {
    const set = callOf(message)?.toolSet;
    return set === null || set === undefined ? null : (run.toolSets[set] ?? null);
  };
}
