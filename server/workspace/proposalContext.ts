import type { Index } from '../store/traceIndex.ts';
import type { Snapshot } from './snapshot.ts';
import type { PassResult, Proposal } from './workspace.ts';
import type { WorkspaceHost } from './workspaceHost.ts';

/** What proposals need of the workspace around them. */
export interface ProposalContext {
  readonly host: WorkspaceHost;
  readonly index: () => Promise<Index>;
  readonly last: () => PassResult | null;
  readonly snapshot: () => Snapshot | null;
}

export type Refused = Extract<Proposal, { ok: false }>;

export function refuse(reason: Refused['reason'], detail: string): Refused {
  return { ok: false, reason, detail };
}
