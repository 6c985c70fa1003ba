/**
 * The model made the same call again: same tool, same arguments in whatever key order, nothing
 * written in between, and the first call did not fail. A user's message in between does not excuse
 * it, for the answer already stands in the conversation. Two equal calls in one message count.
 *
 * Example: `get_user_details({"user_id": "mia_li_3668"})` in message 4 and again in message 9.
 *
 * Wrong when: the world changed without a call of this agent, or the earlier answer was dropped from
 * the history that was sent. Not counted: tools made for asking again (status, wait), calls whose
 * result came out different, and a second try after an error. Whether a tool writes is told by its
 * name; in doubt it does, and then excuses what comes after it.
 *
 * To fix: say in the prompt that results already obtained are to be used, or in the tool's
 * description that its answer does not change within a conversation.
 */

import type { Failure } from '../model/failure.ts';
import { canonicalJson } from '../model/json.ts';
import type { Run, ToolCall } from '../model/run.ts';
import { type CallSite, callSites } from './callSites.ts';
import { evidenceLine, oneLine } from './evidenceText.ts';
import { isPollingTool, isWriteTool } from './toolEffect.ts';
import { toolResultFault } from './toolResultFault.ts';

export function repeatedCall(run: Run): Failure[] {
  const failures: Failure[] = [];
  /** Calls whose answer still holds, by tool and arguments. */
  const earlier = new Map<string, CallSite>();
  /** Calls seen to answer differently at different times. */
  const changing = new Set<string>();
  for (const site of callSites(run)) {
    const { call } = site;
    if (run.messages[site.message]?.role !== 'assistant' || isPollingTool(call.name)) continue;
    const key = callKey(call);
    const first = earlier.get(key);
    if (first !== undefined && isDifferent(run, first, site)) changing.add(key);
    if (first !== undefined && !changing.has(key) && isSettled(run, first, site))
      failures.push(repeat(first, site));
    if (isWriteTool(call.name)) {
      // Calls of one message were decided together: none of them could know of another's effect.
      for (const [otherKey, other] of earlier) if (other.message !== site.message) earlier.delete(otherKey);
    }
    if (first?.message !== site.message) earlier.set(key, site);
  }
  return failures;
}

/** Whether the first call's answer could have served: it came and was no error, or both calls were made at once. */
function isSettled(run: Run, first: CallSite, again: CallSite): boolean {
  if (first.message === again.message) return true;
  const result = first.result === null ? undefined : run.messages[first.result];
  return result !== undefined && toolResultFault(result) === null;
}

function isDifferent(run: Run, first: CallSite, again: CallSite): boolean {
  if (first.result === null || again.result === null) return false;
  return run.messages[first.result]?.text.trim() !== run.messages[again.result]?.text.trim();
}

function repeat(first: CallSite, again: CallSite): Failure {
  const where =
    first.message === again.message ? 'twice in one message' : `again, first in message ${first.message}`;
  const args = oneLine(again.call.argumentsText === '' ? '{}' : again.call.argumentsText, 90);
  return {
    kind: 'repeated-call',
    message: again.message,
    decision: again.message,
    toolCallId: again.call.id,
    toolCallIndex: again.index,
    tool: again.call.name,
    parameter: null,
    evidence: evidenceLine(`${oneLine(again.call.name, 60)}(${args}) ${where}`),
    blame: 'prompt',
    certainty: 'likely',
    signature: 'same tool and arguments again',
  };
}

function callKey(call: ToolCall): string {
  return `${call.name}\n${call.argumentsValid ? canonicalText(call) : call.argumentsText}`;
}

function canonicalText(call: ToolCall): string {
  try {
    return canonicalJson(call.arguments ?? {});
  } catch {
    // Nested too deep for recursion.
    return call.argumentsText;
  }
}
