import { isJsonObject, type Json } from '../model/json.ts';

/** One tool call out of the traces, as evidence for a fix. */
export interface RecordedCall {
  readonly runId: string;
  readonly session: string;
  /** 0-based index of the assistant message that made the call. */
  readonly message: number;
  readonly tool: string;
  /** Null when the recorded text does not parse. */
  readonly arguments: Json | null;
  /** True when no failure of kinds tool-error, invalid-arguments or unknown-tool lies on it. */
  readonly ok: boolean;
  /** The failure's text as the trace gave it; null where nothing failed. */
  readonly error: string | null;
  /** False for calls held out for the verdict: no fix may rest on those. */
  readonly onFixerHalf: boolean;
}

/**
 * Values that a call gives at a parameter path (names joined by `/`, `*` for every item of an array,
 * `~1` and `~0` as in JSON pointers). Empty when the parameter is absent.
 */
export function valuesAt(value: Json | null | undefined, path: string): readonly Json[] {
  let current: readonly Json[] = value === undefined ? [] : [value];
  for (const step of pathSteps(path)) {
    current = current.flatMap((item): readonly Json[] => {
      if (Array.isArray(item)) {
        if (step === '*') return item;
        const element: Json | undefined = /^\d+$/.test(step) ? item[Number(step)] : undefined;
        return element === undefined ? [] : [element];
      }
      if (!isJsonObject(item) || !Object.hasOwn(item, step)) return [];
      const member = item[step];
      return member === undefined ? [] : [member];
    });
  }
  return current;
}

export function pathSteps(path: string): readonly string[] {
  return path === '' ? [] : path.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The name a person would use: the last step that is not an array item. */
export function parameterName(path: string): string {
  return pathSteps(path).findLast((step) => step !== '*') ?? path;
}

export function countSessions(calls: readonly RecordedCall[]): number {
  return new Set(calls.map((call) => call.session)).size;
}
