import { URI } from 'vscode-uri';
import { lineStarts } from '../model/lineIndex.ts';
import type { FixProposal } from '../protocol/messages.ts';
import type { Proposal } from '../workspace/workspace.ts';
import { toRange } from './convert.ts';

export function toFixProposal(proposal: Proposal, root: string): FixProposal {
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
    verdict,
  };
}
