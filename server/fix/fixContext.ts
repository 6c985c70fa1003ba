import type { SourceFile, ToolSource } from '../model/anchor.ts';
import type { Failure } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import type { RecordedCall } from './recordedCalls.ts';

/** Everything a strategy may look at. The held-out half of the evidence is not in here. */
export interface FixContext {
  readonly finding: Finding;
  /** The file that the finding stands in, as it is today. */
  readonly source: SourceFile;
  readonly tool: ToolSource | null;
  /** As in `ParameterSource.path`; null when the finding blames the tool as a whole. */
  readonly parameter: string | null;
  /** Calls of this tool, passing and failing. */
  readonly calls: readonly RecordedCall[];
  /** The finding's failures, on the fixer's half. */
  readonly failures: readonly FailureEvidence[];
}

export interface FailureEvidence {
  readonly runId: string;
  readonly session: string;
  readonly failure: Failure;
}

/** The passing and failing calls of the fixer's half, failing ones limited to the finding's own. */
export function splitCalls(context: FixContext): {
  readonly passing: readonly RecordedCall[];
  readonly failing: readonly RecordedCall[];
} {
  const own = context.calls.filter(
    (call) => call.onFixerHalf && (context.tool === null || call.tool === context.tool.definition.name),
  );
  const decisions = new Set(
    context.failures.map(({ runId, failure }) => placeKey(runId, failure.decision ?? failure.message)),
  );
  return {
    passing: own.filter((call) => call.ok),
    failing: own.filter((call) => !call.ok && decisions.has(placeKey(call.runId, call.message))),
  };
}

function placeKey(runId: string, message: number): string {
  return `${message} ${runId}`;
}
