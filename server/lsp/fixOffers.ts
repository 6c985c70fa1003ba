import { strategies } from '../fix/catalogue.ts';
import { sha256 } from '../model/hash.ts';
import type { FixOffers } from './codeAction.ts';
import { plural } from './codeLens.ts';
import type { Folder } from './folder.ts';

/** Titles and earlier verdicts for the light bulb. An untrusted folder is offered no replay. */
export function offersOf(folder: Folder, trusted: boolean): FixOffers {
  const { workspace } = folder;
  return {
    titleOf(strategy, findingId) {
      const finding = workspace.snapshot()?.findings.find(({ id }) => id === findingId);
      if (finding === undefined) return null;
      const title = strategies.find(({ id }) => id === strategy)?.titleFor(finding) ?? strategy;
      const check = trusted
        ? `check against ${plural(finding.runsAffected, 'failing run')} and passing ones…`
        : 'show the edit (no replay in Restricted Mode)…';
      return `${title}: ${check}`;
    },
    rejectionOf(findingId, strategy, textHash) {
      const last = workspace.lastProposal(findingId, strategy);
      if (last === null || sha256(last.oldText) !== textHash || last.verdict.result !== 'reject') return null;
      const { passing, static: proof } = last.verdict;
      return proof.goodCallsNowRejected > 0
        ? `rejects ${proof.goodCallsNowRejected} of ${proof.callsRevalidated} good calls`
        : `breaks ${passing.broken} of ${passing.n} passing runs`;
    },
  };
}
