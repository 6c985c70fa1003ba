import type { Diagnosis } from '../diagnose/diagnose.ts';
import type { SourceFile } from '../model/anchor.ts';
import type { AnchorStats, Finding, FindingExample } from '../model/finding.ts';

/**
 * What the last finished pass prepared. Everything that answers while a person types reads this
 * and nothing else: no query, no model call.
 */
export interface Snapshot {
  /** Grows by one with every pass; part of diagnostic result ids. */
  readonly generation: number;
  readonly runs: number;
  readonly failedRuns: number;
  /** Shown findings in rank order, without the hidden ones. */
  readonly findings: readonly Finding[];
  /** Findings that a person hid, and findings beyond the cap, by file. */
  readonly hiddenByFile: ReadonlyMap<string, number>;
  readonly stats: readonly AnchorStats[];
  readonly sources: ReadonlyMap<string, SourceFile>;
  readonly unlinked: Diagnosis['unlinked'];
  /** 0-based line of an example's message in its transcript; 0 where it was not prepared. */
  lineOf(example: FindingExample): number;
}
