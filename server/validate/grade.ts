import type { Failure, FailureKind, ReplayMode } from '../model/failure.ts';
import type { ModelAnswer } from '../model/modelRequest.ts';
import type { FinishReason, Message, Run, ToolDefinition } from '../model/run.ts';
import type { GradedAnswer } from '../model/verdict.ts';
import { evasionIn } from './evasion.ts';
import { actionDifference, canonicalArguments, describeAction, sameCall } from './sameAction.ts';

/** What grading asks of the rest of the house. Both arms are judged by the same facts. */
export interface GradingFacts {
  /** The detectors on one new action at a recorded decision, against the recorded tool definitions. */
  failuresOfAction(
    run: Run,
    decision: number,
    message: Message,
    finishReason: FinishReason | null,
  ): readonly Failure[];
  /** What the index knows of a call; `canonicalArguments` is canonical JSON. */
  knownResult(tool: string, canonicalArguments: string): 'ok' | 'failed' | null;
  replayMode(kind: FailureKind): ReplayMode;
  /** True for failures of the pattern that the edit is to mend. */
  isPattern(failure: Failure): boolean;
}

export interface GradedDecision {
  readonly run: Run;
  readonly decision: number;
  /** The recorded failure; null in the passing block, where the recorded action is the known good one. */
  readonly failure: Failure | null;
  /** As the old arm offered them: their schemas say which arguments are equal. */
  readonly definitions: readonly ToolDefinition[];
}

export interface Grade extends GradedAnswer {
  /** The answer shows the pattern itself, whatever else is wrong with it. */
  readonly showsPattern: boolean;
}

/** Judges one drawn answer, in the order of the method: detector, arguments and tool, other detectors. */
export function gradeAnswer(sample: GradedDecision, answer: ModelAnswer, facts: GradingFacts): Grade {
  if (!answer.ok) {
    const why = `${answer.reason}: ${answer.detail}`;
    return { grade: 'error', action: '', why, showsPattern: false };
  }
  const { message } = answer;
  const found = facts
    .failuresOfAction(sample.run, sample.decision, message, answer.finishReason)
    .filter((failure) => failure.certainty !== 'hint');
  const judged =
    sample.failure === null
      ? judgePassing(sample, message, found, facts)
      : judgeFailing(sample, sample.failure, message, found, facts);
  const showsPattern = judged.repeats ?? found.some((failure) => facts.isPattern(failure));
  return { grade: judged.grade, action: describeAction(message), why: judged.why, showsPattern };
}

interface Judged {
  readonly grade: 'pass' | 'fail' | 'diverged';
  readonly why: string;
  /** Said where no detector can tell: the recorded failing call made again. */
  readonly repeats?: boolean;
}

function judgeFailing(
  sample: GradedDecision,
  failure: Failure,
  message: Message,
  found: readonly Failure[],
  facts: GradingFacts,
): Judged {
  const mode = facts.replayMode(failure.kind);
  if (mode === 'by-the-call') return judgeByTheCall(sample, failure, message, found, facts);
  const same = found.find((candidate) => candidate.kind === failure.kind);
  if (same) return { grade: 'fail', why: same.evidence };
  const other = newFailure(sample, found, facts);
  if (other) return { grade: 'fail', why: other.evidence };
  const evasion = evasionIn(message, failure);
  if (evasion !== null) return { grade: 'fail', why: evasion };
  const { tool } = failure;
  const callsIt = message.toolCalls.length === 0 || message.toolCalls.some((call) => call.name === tool);
  if (failure.kind === 'invalid-arguments' && tool !== null && !callsIt) {
    const first = message.toolCalls[0]?.name ?? '';
    return {
      grade: 'diverged',
      why: `calls ${first} first; how it would call ${tool} lies beyond this step`,
    };
  }
  return { grade: 'pass', why: 'the recorded failure does not come back' };
}

/** A tool's failure cannot be seen without running the tool, so only recorded results speak. */
function judgeByTheCall(
  sample: GradedDecision,
  failure: Failure,
  message: Message,
  found: readonly Failure[],
  facts: GradingFacts,
): Judged {
  const recorded = sample.run.messages[sample.decision]?.toolCalls ?? [];
  const failing =
    (failure.toolCallIndex === null ? undefined : recorded[failure.toolCallIndex]) ??
    recorded.find((call) => call.id !== null && call.id === failure.toolCallId) ??
    recorded.find((call) => call.name === failure.tool);
  const again = failing && message.toolCalls.some((call) => sameCall(failing, call, sample.definitions));
  if (again) return { grade: 'fail', why: 'makes the call that failed again', repeats: true };
  const other = newFailure(sample, found, facts);
  if (other) return { grade: 'fail', why: other.evidence };
  if (message.toolCalls.length === 0) {
    const evasion = evasionIn(message, failure);
    if (evasion !== null) return { grade: 'fail', why: evasion };
    return { grade: 'diverged', why: 'asks the user; the call that follows lies beyond this step' };
  }
  const unknown = message.toolCalls.find(
    (call) => facts.knownResult(call.name, canonicalArguments(call)) !== 'ok',
  );
  if (unknown)
    return { grade: 'diverged', why: `no recorded successful result for this call of ${unknown.name}` };
  return { grade: 'pass', why: 'makes a call that has a recorded successful result' };
}

function judgePassing(
  sample: GradedDecision,
  message: Message,
  found: readonly Failure[],
  facts: GradingFacts,
): Judged {
  const pattern = found.find((failure) => facts.isPattern(failure));
  if (pattern) return { grade: 'fail', why: pattern.evidence };
  const recorded = sample.run.messages[sample.decision];
  const difference = recorded ? actionDifference(recorded, message, sample.definitions) : null;
  if (difference !== null) return { grade: 'fail', why: difference };
  const other = newFailure(sample, found, facts);
  if (other) return { grade: 'fail', why: other.evidence };
  return { grade: 'pass', why: 'does what the recorded action does' };
}

/** A failure that the recorded action does not show itself: those were there before the edit. */
function newFailure(
  sample: GradedDecision,
  found: readonly Failure[],
  facts: GradingFacts,
): Failure | undefined {
  if (found.length === 0) return undefined;
  const { run, decision } = sample;
  const recorded = run.messages[decision];
  const call = run.modelCalls.find((candidate) => candidate.outputMessage === decision);
  const before = recorded ? facts.failuresOfAction(run, decision, recorded, call?.finishReason ?? null) : [];
  return found.find(
    (failure) =>
      !before.some(
        (old) =>
          old.kind === failure.kind && old.tool === failure.tool && old.parameter === failure.parameter,
      ),
  );
}
