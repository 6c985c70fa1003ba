/**
 * The model called a tool that its request did not offer. The list is the one that the very request
 * carried, not today's. When the trace carries no list, the workspace's linked definitions stand in
 * for it, and the certainty is `likely`.
 *
 * Example: the request offers `cancel_reservation`, the model calls `cancel_booking`.
 *
 * Wrong when: the recorder left built-in tools of the provider out of the list, or (linked
 * definitions) some of the agent's tools are defined outside the workspace. When more of a run's
 * tools are missing from the workspace than found there, nothing is said.
 *
 * To fix: name the tool in the prompt as it is offered, drop mentions of tools that are gone, or
 * offer the tool that the model expects.
 */

import type { Certainty, Failure } from '../model/failure.ts';
import type { Run } from '../model/run.ts';
import type { DetectContext } from './context.ts';
import { evidenceLine, oneLine } from './evidenceText.ts';
import { nearestName } from './nearestName.ts';
import { offeredTools } from './offeredTools.ts';

export function unknownTool(run: Run, context: DetectContext): Failure[] {
  const toolsOf = offeredTools(run);
  const linked = linkedNames(run, context);
  return run.messages.flatMap((message, messageIndex) => {
    if (message.role !== 'assistant' || message.toolCalls.length === 0) return [];
    const offered = toolsOf(messageIndex);
    const names = offered === null ? linked : new Set(offered.map((tool) => tool.name));
    if (names === null) return [];
    const certainty: Certainty = offered === null ? 'likely' : 'certain';
    return message.toolCalls.flatMap((call, callIndex): Failure[] => {
      if (names.has(call.name)) return [];
      const nearest = nearestName(call.name, names);
      const where =
        offered === null ? 'is not defined in the workspace' : `is not among the ${names.size} offered tools`;
      return [
        {
          kind: 'unknown-tool',
          message: messageIndex,
          decision: messageIndex,
          toolCallId: call.id,
          toolCallIndex: callIndex,
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
  });
}

/** Names called in the run that the workspace defines; null when the workspace cannot judge this run. */
function linkedNames(run: Run, context: DetectContext): ReadonlySet<string> | null {
  if (!context.hasLinkedTools) return null;
  const found = new Set<string>();
  const missing = new Set<string>();
  for (const { toolCalls } of run.messages) {
    for (const { name } of toolCalls) (context.linkedTool(name) === null ? missing : found).add(name);
  }
  // One stray name is a finding; many mean that the definitions live elsewhere.
  return missing.size > 1 && missing.size > found.size ? null : found;
}
