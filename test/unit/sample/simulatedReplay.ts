import { canonicalJson } from '../../../server/model/json.ts';
import type { Message, ToolCall, ToolDefinition } from '../../../server/model/run.ts';
import { seededRandom } from '../../../server/ports/random.ts';
import {
  requestKey,
  type ScriptedAnswer,
  type ScriptedRequest,
  scriptedAnswer,
} from '../../../server/sample/scriptedModel.ts';
import { mcnemarExact } from '../../../server/validate/mcnemar.ts';
import { pairedUpperBound } from '../../../server/validate/pairedUpperBound.ts';
import { PARAMETERS } from '../../generate/sample/playRun.ts';
import { type SampleRun, sampleRuns } from '../../generate/sampleTraces.ts';

/**
 * A replay cut down to what the sample has to show: both wordings on the same recorded decisions,
 * three answers an arm, exact McNemar and the breakage bound. The product's own replay is tested
 * where it lives; this one asks whether the scripted model behaves as the sample promises.
 */
export interface SimulatedEdit {
  readonly tools?: (definition: ToolDefinition) => ToolDefinition;
  readonly system?: (text: string) => string;
}

export interface Decision {
  readonly run: SampleRun;
  /** Index of the assistant message. */
  readonly message: number;
}

export type Grade = 'pass' | 'fail' | 'diverged';

export interface SimulatedVerdict {
  readonly result: 'accept' | 'reject' | 'inconclusive';
  readonly failing: number;
  readonly fixed: number;
  readonly newlyFailing: number;
  readonly diverged: number;
  readonly passing: number;
  readonly broken: number;
  readonly newlyPassing: number;
  readonly pValue: number;
  readonly bound: number;
}

export const runs: readonly SampleRun[] = sampleRuns();

const ANSWERS = 3;

export function simulateReplay(input: {
  readonly edit: SimulatedEdit;
  readonly failing: readonly Decision[];
  /** Grades a new action on a failing sample. */
  readonly gradeFailing: (answer: ScriptedAnswer, decision: Decision) => Grade;
  /** Tool at whose calls most passing samples are taken. */
  readonly neighbours: string | null;
  readonly passingCount?: number;
  readonly seed?: number;
}): SimulatedVerdict {
  const random = seededRandom(input.seed ?? 1);
  const draws = new Map<string, number>();
  const passing = passingDecisions(input.neighbours, input.passingCount ?? 105, random);
  const heldOut = shuffled(input.failing, random).slice(0, Math.ceil(Math.min(80, input.failing.length) / 2));

  const failingPairs = heldOut.map((decision) =>
    arms(decision, (answer) => input.gradeFailing(answer, decision)),
  );
  const passingPairs = passing.map((decision) => arms(decision, (answer) => gradePassing(answer, decision)));
  const counted = failingPairs.filter(({ isDiverged }) => !isDiverged);
  const fixed = counted.filter((pair) => pair.old > 0.5 && pair.new < 0.5).length;
  const newlyFailing = counted.filter((pair) => pair.old < 0.5 && pair.new > 0.5).length;
  const broken = passingPairs.filter((pair) => pair.old < 0.5 && pair.new > 0.5).length;
  const newlyPassing = passingPairs.filter((pair) => pair.old > 0.5 && pair.new < 0.5).length;
  const diverged = failingPairs.length - counted.length;
  const pValue = mcnemarExact(fixed, newlyFailing);
  const bound = pairedUpperBound(passingPairs.map((pair) => pair.new - pair.old));
  const isHarmful = broken > newlyPassing && mcnemarExact(broken, newlyPassing) < 0.05;
  const isBeneficial = fixed > newlyFailing && pValue < 0.05 && diverged <= failingPairs.length / 5;
  return {
    result: isHarmful ? 'reject' : isBeneficial && bound <= 0.05 ? 'accept' : 'inconclusive',
    failing: heldOut.length,
    fixed,
    newlyFailing,
    diverged,
    passing: passing.length,
    broken,
    newlyPassing,
    pValue,
    bound,
  };

  function arms(decision: Decision, grade: (answer: ScriptedAnswer) => Grade) {
    const oldGrades = Array.from({ length: ANSWERS }, () => grade(draw(requestAt(decision, {}))));
    const newGrades = Array.from({ length: ANSWERS }, () => grade(draw(requestAt(decision, input.edit))));
    const share = (grades: readonly Grade[]) => grades.filter((each) => each === 'fail').length / ANSWERS;
    const isDiverged = [oldGrades, newGrades].some(
      (grades) => grades.filter((each) => each === 'diverged').length * 2 > ANSWERS,
    );
    return { old: share(oldGrades), new: share(newGrades), isDiverged };
  }

  function draw(request: ScriptedRequest): ScriptedAnswer {
    const key = requestKey(request);
    const count = draws.get(key) ?? 0;
    draws.set(key, count + 1);
    return scriptedAnswer(request, count);
  }
}

/** First decisions of runs whose call has the property: one a run, as runs are sessions here. */
export function decisionsWhere(isWanted: (call: ToolCall, run: SampleRun) => boolean): readonly Decision[] {
  return runs.flatMap((run) => {
    const message = run.run.messages.findIndex(({ toolCalls }) =>
      toolCalls.some((call) => isWanted(call, run)),
    );
    return message < 0 ? [] : [{ run, message }];
  });
}

/** A definition with another description of one parameter. */
export function describe(
  tool: string,
  parameter: string,
  rewrite: (current: string) => string,
): SimulatedEdit {
  return {
    tools: (definition) => {
      if (definition.name !== tool) return definition;
      const copy = structuredClone(definition) as unknown as {
        parameters: { properties: Record<string, { description: string }> };
      };
      const property = copy.parameters.properties[parameter];
      if (property !== undefined) property.description = rewrite(property.description);
      return copy as unknown as ToolDefinition;
    },
  };
}

export function requestAt({ run, message }: Decision, edit: SimulatedEdit): ScriptedRequest {
  const messages: readonly Message[] = run.run.messages.slice(0, message);
  return {
    messages: messages.map((each) =>
      each.role === 'system' && edit.system !== undefined ? { ...each, text: edit.system(each.text) } : each,
    ),
    tools: editedTools(run.frame.tools, edit),
    parameters: PARAMETERS,
  };
}

const edited = new WeakMap<SimulatedEdit, Map<readonly ToolDefinition[], readonly ToolDefinition[]>>();

/** All runs of an agent share one list, and so shall their edited requests. */
function editedTools(tools: readonly ToolDefinition[], edit: SimulatedEdit): readonly ToolDefinition[] {
  if (edit.tools === undefined) return tools;
  const lists = edited.get(edit) ?? new Map<readonly ToolDefinition[], readonly ToolDefinition[]>();
  edited.set(edit, lists);
  const list = lists.get(tools) ?? tools.map(edit.tools);
  lists.set(tools, list);
  return list;
}

function passingDecisions(tool: string | null, count: number, random: () => number): readonly Decision[] {
  const passed = shuffled(
    runs.filter((run) => run.run.judged.passed && run.frame.agent === 'advisor'),
    random,
  );
  const chosen = new Map<SampleRun, Decision>();
  for (const run of passed) {
    if (chosen.size >= count * 0.6) break;
    const message = run.run.messages.findIndex(({ toolCalls }) =>
      toolCalls.some(({ name }) => name === tool),
    );
    if (message >= 0) chosen.set(run, { run, message });
  }
  for (const run of passed) {
    if (chosen.size >= count) break;
    const answers = run.run.messages.flatMap(({ role }, index) => (role === 'assistant' ? [index] : []));
    const message = answers[Math.floor(random() * answers.length)];
    if (!chosen.has(run) && message !== undefined) chosen.set(run, { run, message });
  }
  return [...chosen.values()];
}

/** Passes when the action is the recorded one: the same calls with equal arguments, or words for words. */
function gradePassing(answer: ScriptedAnswer, { run, message }: Decision): Grade {
  if (!answer.ok) return 'fail';
  const recorded = run.run.messages[message]?.toolCalls ?? [];
  const text = (calls: readonly { readonly name: string; readonly arguments: unknown }[]) =>
    calls.map((call) => `${call.name} ${canonicalJson(call.arguments as never)}`).join('\n');
  if (text(recorded) !== text(answer.toolCalls)) return 'fail';
  return recorded.length > 0 || answer.text !== '' ? 'pass' : 'fail';
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let at = copy.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [copy[at], copy[other]] = [copy[other] as T, copy[at] as T];
  }
  return copy;
}
