/**
 * The room `detect`: a run in, the evidence of what went wrong in it out. Nothing here knows of files
 * in the workspace, other runs or the editor; what it needs from outside stands in `context.ts`.
 *
 * Invariant: total and pure. Any run, however broken, gives a list; the same run and context give the
 * same list in the same order. A detector that throws is a bug.
 */

import type { Failure } from '../model/failure.ts';
import type { Run } from '../model/run.ts';
import { catalogue } from './catalogue.ts';
import type { DetectContext } from './context.ts';

/**
 * Goes into the key of stored results: raise it with every change that can alter any detector's
 * answer, or old answers stay.
 */
export const DETECTION_VERSION = 2;

/** Every detector's failures, ordered by message, kind and place of the call in its message. */
export function detectFailures(run: Run, context: DetectContext): readonly Failure[] {
  return catalogue.flatMap((row) => row.detect(run, context)).sort(byPlace);
}

export function byPlace(a: Failure, b: Failure): number {
  return (
    a.message - b.message ||
    (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0) ||
    (a.toolCallIndex ?? -1) - (b.toolCallIndex ?? -1)
  );
}
