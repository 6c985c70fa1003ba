/**
 * The model answered with nothing: no text, no call.
 *
 * Example: the user asks for a price and the recorded reply is `""` with finish reason `stop`.
 *
 * Wrong when: the recorder drops parts that it does not know. Not counted: an empty message that
 * ends a tool turn (the tool's result was the answer), a message whose content was not captured, cut
 * or filtered, and one part of a turn that is recorded as several messages.
 *
 * To fix: look at what stands right before it, often an instruction that forbids every possible
 * answer or asks for silence, and say what to reply instead.
 */

import type { Failure } from '../model/failure.ts';
import type { FinishReason, Message, Run } from '../model/run.ts';
import { evidenceLine } from './evidenceText.ts';
import { modelCallOf } from './offeredTools.ts';

/** An answer that ended so has its own finding, or none that an empty text could prove. */
const EXPLAINED: ReadonlySet<FinishReason> = new Set([
  'length',
  'content_filter',
  'context_overflow',
  'error',
  'tool_calls',
]);

export function emptyResponse(run: Run): Failure[] {
  if (!run.messages.some(saysSomething) || run.notes.some((note) => /not captured/i.test(note))) return [];
  const callOf = modelCallOf(run);
  return run.messages.flatMap((message, index): Failure[] => {
    if (message.role !== 'assistant' || message.isTruncated || saysSomething(message)) return [];
    const before = run.messages[index - 1];
    const after = run.messages[index + 1];
    if (before?.role === 'tool' || before?.role === 'assistant' || after?.role === 'assistant') return [];
    const call = callOf(index);
    if (call !== undefined && (call.error !== null || EXPLAINED.has(call.finishReason ?? 'stop'))) return [];
    return [
      {
        kind: 'empty-response',
        message: index,
        decision: index,
        toolCallId: null,
        toolCallIndex: null,
        tool: null,
        parameter: null,
        evidence: evidenceLine(
          `The reply has no text and no tool call${call?.finishReasonText ? ` (finish reason ${call.finishReasonText})` : ''}`,
        ),
        blame: 'unknown',
        certainty: 'certain',
        signature: 'empty reply',
      },
    ];
  });
}

function saysSomething(message: Message): boolean {
  return message.toolCalls.length > 0 || message.text.trim() !== '';
}
