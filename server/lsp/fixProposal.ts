import { URI } from 'vscode-uri';
import { lineStarts } from '../model/lineIndex.ts';
import type { FixProposal } from '../protocol/messages.ts';
import type { Proposal } from '../workspace/workspace.ts';
import { toRange } from './convert.ts';

const RESTRICTED = 'Restricted Mode: nothing is replayed until you trust this folder';

/** `isTrusted` false: the scorecard names trust as the first step, since no endpoint would help before it. */
export function toFixProposal(proposal: Proposal, root: string, isTrusted: boolean): FixProposal {
  if (!proposal.ok) return proposal;
  const { fix, finding, oldText, diff, verdict } = proposal;
  const starts = lineStarts(oldText);
  return {
    ok: true,
    finding: finding.id,
    strategy: fix.strategy,
    title: fix.title,
    rationale: fix.rationale,
    uri: URI.file(`${root}/${fix.edit.file}`).toString(),
    file: fix.edit.file,
    baseHash: fix.edit.baseHash,
    edits: fix.edit.replacements.map(({ range, newText }) => ({ range: toRange(starts, range), newText })),
    diff,
    verdict: isTrusted ? verdict : { ...verdict, notes: [RESTRICTED, ...verdict.notes] },
  };
}
