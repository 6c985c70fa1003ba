import type { Fix } from '../model/fix.ts';

/** An edit that a rule wrote, or in one or two sentences why it wrote none. */
export type RuleResult =
  | { readonly ok: true; readonly fix: Fix }
  | { readonly ok: false; readonly why: string };
