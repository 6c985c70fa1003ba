import type { Workspace } from './workspace.ts';
export function proposals(_: unknown): Pick<Workspace, 'proposeFix' | 'replayPatch' | 'lastProposal' | 'recordApplied'> {
  return {
    proposeFix: async () => ({ ok: false, reason: 'no-fix-applies', detail: 'pending' }),
    replayPatch: async () => ({ ok: false, reason: 'no-fix-applies', detail: 'pending' }),
    lastProposal: () => null,
    recordApplied: async () => {},
  };
}
