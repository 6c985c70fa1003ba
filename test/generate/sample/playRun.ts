import type { Message, ToolDefinition } from '../../../server/model/run.ts';
import { type ScriptedAnswer, scriptedAnswer } from '../../../server/sample/scriptedModel.ts';
import { messageOf } from '../../../server/sample/wire.ts';
import type { Judged, Scenario } from './scenario.ts';
import { runTool } from './world.ts';

/** Recorded answers are drawn apart from those that an endpoint draws, so that a replay is no rerun of them. */
const RECORDED_DRAW = -1;

const MOST_STEPS = 8;

export const PARAMETERS = { temperature: 0.2, max_tokens: 160 } as const;

/** One request to the model and what came of it. */
export interface PlayedCall {
  readonly inputMessages: number;
  readonly answer: ScriptedAnswer;
}

export interface PlayedRun {
  readonly messages: readonly Message[];
  readonly calls: readonly PlayedCall[];
  readonly judged: Judged;
}

/** Plays a conversation with the scripted model and the scenario's own tools, and judges its end. */
export function playRun(scenario: Scenario, system: string, tools: readonly ToolDefinition[]): PlayedRun {
  const messages: Message[] = [plain('system', system)];
  const calls: PlayedCall[] = [];
  for (const turn of scenario.turns) {
    messages.push(plain('user', turn));
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const answer = scriptedAnswer({ messages, tools, parameters: PARAMETERS }, RECORDED_DRAW);
      calls.push({ inputMessages: messages.length, answer });
      if (!answer.ok) break;
      messages.push(messageOf(answer));
      if (answer.toolCalls.length === 0) break;
      for (const call of answer.toolCalls) {
        messages.push({
          ...plain('tool', runTool(scenario.world, call.name, call.arguments)),
          toolCallId: call.id,
        });
      }
    }
  }
  const last = calls.at(-1)?.answer;
  const finalText = last?.ok === true ? last.text : '';
  const finishReason = last?.ok === true ? last.finishReason : null;
  return {
    messages,
    calls,
    judged: scenario.judge({ messages, finalText, finishReason, world: scenario.world }),
  };
}

function plain(role: Message['role'], text: string): Message {
  return { role, name: null, text, toolCalls: [], toolCallId: null, isError: null, isTruncated: false };
}
