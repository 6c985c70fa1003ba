import type { ToolDefinition } from '../../../server/model/run.ts';
import { SCRIPTED_MODEL } from '../../../server/sample/scriptedModel.ts';
import { toWireMessage } from '../../../server/sample/wire.ts';
import { PARAMETERS, type PlayedRun } from './playRun.ts';

/** Where and when a run took place. */
export interface RunFrame {
  readonly id: string;
  readonly session: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly agent: 'advisor' | 'desk';
  readonly tools: readonly ToolDefinition[];
}

/** One line of an OpenAI-style chat log. */
export function chatLogLine(run: PlayedRun, frame: RunFrame): string {
  const last = run.calls.at(-1)?.answer;
  const prompt_tokens = run.calls.reduce((sum, { answer }) => sum + (answer.ok ? answer.inputTokens : 0), 0);
  const completion_tokens = run.calls.reduce(
    (sum, { answer }) => sum + (answer.ok ? answer.outputTokens : 0),
    0,
  );
  return JSON.stringify({
    id: frame.id,
    session_id: frame.session,
    created_at: frame.startedAt,
    model: SCRIPTED_MODEL,
    ...PARAMETERS,
    messages: run.messages.map(toWireMessage),
    tools: frame.tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
    ...(last?.ok === true ? { finish_reason: last.finishReason } : {}),
    ...(last?.ok === false
      ? { error: { status: 400, code: last.code, type: 'invalid_request_error', message: last.message } }
      : {}),
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
    outcome: run.judged,
  });
}
