/**
 * The model called a tool that its request did not offer. The list is the one that the very request
 * carried, not today's. When the trace carries no list, the workspace's linked definitions stand in
 * for it, and the certainty is `likely`.
 *
 * Example: the request offers `cancel_reservation`, the model calls `cancel_booking`.
 *
 * Wrong when: the recorder left built-in tools of the provider out of the list, or (linked
 * definitions) a rarely called tool is defined outside the workspace. Linked definitions judge only
 * where they cover at least 95 % of all calls that were recorded without a list, and only a name with
 * at most 2 % of those calls, or 5. A name that is called again and answered without an error is a
 * tool that exists, and nothing is said.
 *
 * To fix: name the tool in the prompt as it is offered, drop mentions of tools that are gone, or
 * offer the tool that the model expects.
 */

import type { Certainty, Failure } from '../model/failure.ts';
import type { Run } from '../model/run.ts';
import { callSites } from './callSites.ts';
import type { DetectContext } from './context.ts';
import { evidenceLine, oneLine } from './evidenceText.ts';
import { nearestName } from './nearestName.ts';
import { offeredTools } from './offeredTools.ts';
import { toolResultFault } from './toolResultFault.ts';

export function unknownTool(run: Run, context: DetectContext): Failure[] {
  const toolsOf = offeredTools(run);
  return callSites(run).flatMap(({ message, index, call, result }): Failure[] => {
    if (run.messages[message]?.role !== 'assistant') return [];
    const offered = toolsOf(message);
    const names = offered === null ? context.linkedToolNames : offered.map((tool) => tool.name);
    if (names.includes(call.name)) return [];
    if (offered === null && !isStray(run, call.name, result, context)) return [];
    const nearest = nearestName(call.name, names);
    const where =
      offered === null
        ? 'is not defined in the workspace'
        : `is not among the ${new Set(names).size} offered tools`;
    const certainty: Certainty = offered === null ? 'likely' : 'certain';
    return [
      {
        kind: 'unknown-tool',
        message,
        decision: message,
        toolCallId: call.id,
        toolCallIndex: index,
        tool: call.name,
        parameter: null,
        evidence: evidenceLine(
          `${oneLine(call.name, 70)} ${where}${nearest === null ? '' : `; nearest: ${oneLine(nearest, 70)}`}`,
        ),
        blame: 'prompt',
        certainty,
        signature: `no tool of that name${nearest === null ? '' : `, nearest ${oneLine(nearest, 70)}`}`,
      },
    ];
  });
}

function isStray(run: Run, name: string, result: number | null, context: DetectContext): boolean {
  // Another request of the same run offered it.
  if (run.toolSets.some((tools) => tools.some((tool) => tool.name === name))) return false;
  const answer = result === null ? undefined : run.messages[result];
  // Refusals come in all words, and nearly all of them say which name they refuse.
  const worked = answer !== undefined && toolResultFault(answer) === null && !answer.text.includes(name);
  return context.isStrayName(name, worked);
}
