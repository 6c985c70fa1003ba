/**
 * A tool answered a call with an error. Certain where a field says so: the format's own error mark
 * (MCP `isError`, a span's error status), a truthy top-level `error`, `errors`, `exception` or
 * `traceback`, `success` or `ok` false, an HTTP status of 400 or more. Likely where the text starts
 * with an error word that speaks of the call. Refused access, rate limits, server faults, timeouts
 * and stack traces are the environment's; a message that names a parameter blames that parameter.
 *
 * Example: `Error: flight HAT030 not available on date 2024-05-13`.
 *
 * Wrong when: the tool reports errors as its business, such as a linter that returns
 * `{"errors": [...]}`, or a shell whose command fails on purpose. Never counted: the word in the
 * middle of a result, empty lists, `"error": null`, and texts that the format marks as no error.
 *
 * To fix: where the same message comes back, state in the tool's description what the call must
 * meet: known ids, allowed values, what to look up first. Errors of the environment need no edit here.
 */

import type { Failure } from '../model/failure.ts';
import type { Run } from '../model/run.ts';
import { type CallSite, callSites } from './callSites.ts';
import { errorBlame } from './errorBlame.ts';
import { evidenceLine, oneLine, quoted } from './evidenceText.ts';
import { maskTemplate } from './maskTemplate.ts';
import { toolResultFault } from './toolResultFault.ts';

export function toolError(run: Run): Failure[] {
  const siteOf = new Map<number, CallSite>();
  for (const site of callSites(run)) if (site.result !== null) siteOf.set(site.result, site);
  return run.messages.flatMap((message, index): Failure[] => {
    if (message.role !== 'tool') return [];
    const fault = toolResultFault(message);
    if (fault === null) return [];
    const site = siteOf.get(index);
    const tool = site?.call.name ?? message.name;
    const { blame, parameter } = errorBlame(fault, message.text, site?.call ?? null);
    // A text of control characters only says nothing either.
    const isSilent = oneLine(fault.said, 120) === '';
    const said = isSilent ? 'no message' : quoted(fault.said, 120);
    return [
      {
        kind: 'tool-error',
        message: index,
        decision: site?.message ?? null,
        toolCallId: site?.call.id ?? message.toolCallId,
        toolCallIndex: site?.index ?? null,
        tool,
        parameter,
        evidence: evidenceLine(`${oneLine(tool ?? 'a tool', 60)} failed: ${said}`),
        blame,
        certainty: fault.isStructured ? 'certain' : 'likely',
        signature: isSilent ? 'no message' : maskTemplate(fault.said),
      },
    ];
  });
}
