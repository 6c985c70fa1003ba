import type { Failure } from '../model/failure.ts';
import type { FinishReason, Message, ModelCall, Run, ToolDefinition } from '../model/run.ts';
import { catalogue } from './catalogue.ts';
import type { DetectContext } from './context.ts';
import { byPlace } from './detectFailures.ts';
import { modelCallOf } from './offeredTools.ts';

/** What is known of an answer beyond its message. */
export interface ActionFacts {
  /** Null or absent when unknown; `length` makes the action truncated. */
  readonly finishReason?: FinishReason | null;
  /** The tools that this arm offered; absent: those of the recorded request. Null: not known. */
  readonly tools?: readonly ToolDefinition[] | null;
}

/**
 * What the detectors say of one new answer at a recorded decision: the run is cut before `decision`,
 * the message put in its place, and only failures of that message are returned. Kinds that need a
 * tool's result, an outcome or a provider's refusal are left out.
 *
 * @param decision 0-based index of the assistant message that is decided again.
 */
export function failuresOfAction(
  run: Run,
  decision: number,
  message: Message,
  context: DetectContext,
  facts: ActionFacts = {},
): readonly Failure[] {
  const cut = cutRun(run, decision, message, facts);
  const at = cut.messages.length - 1;
  return catalogue
    .filter((row) => row.judgesAction)
    .flatMap((row) => row.detect(cut, context))
    .filter((failure) => failure.message === at)
    .sort(byPlace);
}

function cutRun(run: Run, decision: number, message: Message, facts: ActionFacts): Run {
  const before = run.messages.slice(0, Math.max(0, decision));
  const recorded = modelCallOf(run)(decision);
  const toolSets = facts.tools ? [...run.toolSets, facts.tools] : run.toolSets;
  const offered = facts.tools
    ? run.toolSets.length
    : facts.tools === null
      ? null
      : (recorded?.toolSet ?? null);
  const call: ModelCall = {
    inputMessages: before.length,
    outputMessage: before.length,
    model: recorded?.model ?? run.model,
    parameters: recorded?.parameters ?? {},
    toolSet: offered,
    startedAt: null,
    durationMs: null,
    // The recorded figures belong to the recorded answer.
    inputTokens: null,
    outputTokens: null,
    finishReason: facts.finishReason ?? null,
    finishReasonText: null,
    error: null,
  };
  return {
    ...run,
    outcome: null,
    messages: [...before, message],
    toolSets,
    modelCalls: [
      ...run.modelCalls.filter(
        (other) => other.outputMessage !== null && other.outputMessage < before.length,
      ),
      call,
    ],
  };
}
