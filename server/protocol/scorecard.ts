import type { FixProposal } from './messages.ts';

/** Messages from the extension host to the scorecard's web view. */
export type ToScorecard = {
  readonly type: 'proposal';
  readonly proposal: Extract<FixProposal, { ok: true }>;
};

/** Messages from the scorecard's web view to the extension host. */
export type FromScorecard =
  | { readonly type: 'ready' | 'apply' | 'discard' | 'diff' }
  | { readonly type: 'run'; readonly run: string; readonly message: number };
