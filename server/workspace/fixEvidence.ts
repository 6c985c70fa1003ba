import type { FailureEvidence, FixContext } from '../fix/fixContext.ts';
import type { RecordedCall } from '../fix/recordedCalls.ts';
import type { SourceFile, ToolSource } from '../model/anchor.ts';
import type { Failure, FailureKind } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import type { Run } from '../model/run.ts';
import type { Index } from '../store/traceIndex.ts';
import type { PassResult } from './workspace.ts';

/** Kinds that mean that the call itself went wrong. */
const CALL_KINDS: ReadonlySet<FailureKind> = new Set(['tool-error', 'invalid-arguments', 'unknown-tool']);

/** True when a failure belongs to a finding's pattern. */
export function isOfFinding(failure: Failure, finding: Finding): boolean {
  return (
    failure.kind === finding.kind && failure.tool === finding.tool && failure.signature === finding.signature
  );
}

/** The tool definition that a finding stands on; null for findings on prompts. */
export function toolOfFinding(finding: Finding, source: SourceFile): ToolSource | null {
  return (
    source.tools.find(
      ({ anchor, parameters }) =>
        anchor.id === finding.anchor.id ||
        parameters.some((parameter) => parameter.anchor.id === finding.anchor.id),
    ) ?? null
  );
}

/** All recorded calls of a tool, each with what went wrong on it. `heldOut` names sessions no fix may see. */
export async function recordedCalls(
  tool: string,
  pass: PassResult,
  index: Index,
  heldOut: ReadonlySet<string>,
): Promise<readonly RecordedCall[]> {
  const callers = pass.summaries
    .filter(({ calledTools }) => calledTools.some(({ name }) => name === tool))
    .map(({ id }) => id);
  const calls: RecordedCall[] = [];
  for await (const run of index.runs(callers)) {
    calls.push(...callsOf(run, tool, pass.failures.get(run.id) ?? [], !heldOut.has(run.session)));
  }
  return calls;
}

function callsOf(run: Run, tool: string, failures: readonly Failure[], onFixerHalf: boolean): RecordedCall[] {
  return run.messages.flatMap((message, position) =>
    message.toolCalls.flatMap((call, place): RecordedCall[] => {
      if (call.name !== tool) return [];
      const failure = callFailure(failures, position, place);
      return [
        {
          runId: run.id,
          session: run.session,
          message: position,
          tool,
          arguments: call.arguments,
          ok: failure === null,
          error: failure?.evidence ?? null,
          onFixerHalf,
        },
      ];
    }),
  );
}

/** What went wrong with the call itself at a place in a run; null when nothing did. */
export function callFailure(failures: readonly Failure[], message: number, place: number): Failure | null {
  return (
    failures.find(
      ({ kind, decision, message: at, toolCallIndex }) =>
        CALL_KINDS.has(kind) && (decision ?? at) === message && (toolCallIndex ?? place) === place,
    ) ?? null
  );
}

/** What a fix strategy may look at: the fixer's half of the failures, and every call outside the held-out half. */
export async function fixContext(
  finding: Finding,
  source: SourceFile,
  pass: PassResult,
  index: Index,
  heldOut: ReadonlySet<string>,
): Promise<FixContext> {
  const tool = toolOfFinding(finding, source);
  const sessions = new Map(pass.summaries.map(({ id, session }) => [id, session]));
  const failures = finding.occurrences.flatMap(({ runId }): FailureEvidence[] => {
    const session = sessions.get(runId) ?? runId;
    if (heldOut.has(session)) return [];
    return (pass.failures.get(runId) ?? [])
      .filter((failure) => isOfFinding(failure, finding))
      .map((failure) => ({ runId, session, failure }));
  });
  const parameter = tool?.parameters.find(({ anchor }) => anchor.id === finding.anchor.id)?.path ?? null;
  const calls = tool === null ? [] : await recordedCalls(tool.definition.name, pass, index, heldOut);
  return { finding, source, tool, parameter, calls: calls.filter((call) => call.onFixerHalf), failures };
}
