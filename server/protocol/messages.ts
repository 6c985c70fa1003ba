/**
 * Everything that client and server say to each other beyond the Language Server Protocol.
 * Names are the wire names; parameters and results are plain JSON.
 */
import type { Verdict } from '../model/verdict.ts';
import type { ModelKey } from './modelKey.ts';

/** `initializationOptions` of the `initialize` request. */
export interface InitializationOptions {
  /** URI of the folder with the rule pages. */
  readonly rulesUri: string;
  readonly trusted: boolean;
  /** True in the sample workspace that the walkthrough opens: its scripted model may be started. */
  readonly isSample: boolean;
  readonly settings: unknown;
}

/** Server -> client: what the status bar shows. */
export const STATUS = 'faultline/status';
export type Status =
  | { readonly state: 'waiting' }
  | { readonly state: 'working'; readonly what: string; readonly done: number; readonly total: number | null }
  | {
      readonly state: 'ready';
      readonly runs: number;
      readonly failedRuns: number;
      readonly findings: number;
      readonly hidden: number;
      readonly problems: number;
      readonly notice: string | null;
    }
  | { readonly state: 'error'; readonly message: string };

/** Client -> server: the folder is trusted now. No parameters. */
export const TRUST_GRANTED = 'faultline/trustGranted';

/** Request: bring the index up to date. Result: `Status`. */
export const REFRESH = 'faultline/refresh';

/** Request: findings grouped by file, for the side panel. Result: `FileFindings[]`. */
export const FINDINGS = 'faultline/findings';
export interface FileFindings {
  readonly file: string;
  readonly uri: string;
  readonly findings: readonly FindingRow[];
  /** Findings a person hid, and findings beyond the cap. */
  readonly hidden: number;
}
export interface FindingRow {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly cause: string;
  readonly severity: 'hint' | 'information' | 'warning';
  readonly runsAffected: number;
  readonly runsExposed: number;
  readonly line: number;
  readonly anchor: string;
}

/** Request with `{ finding: string }`: the runs of a finding. Result: `RunRow[]`. */
export const FINDING_RUNS = 'faultline/findingRuns';
export interface RunRow {
  readonly run: string;
  readonly label: string;
  readonly passed: boolean | null;
  readonly startedAt: string | null;
  /** 0-based index of the message that shows the failure. */
  readonly message: number;
  readonly evidence: string;
}

/** Scheme of read-only transcripts: `faultline-run:/<run id, each step percent-encoded>.md`. */
export const RUN_SCHEME = 'faultline-run';

/** Request with `{ run: string; message: number }`. Result: 0-based line in the transcript, or null. */
export const TRANSCRIPT_LINE = 'faultline/transcriptLine';

/** Request `ProposeFixParams`; reports work-done progress; result `FixProposal`. */
export const PROPOSE_FIX = 'faultline/proposeFix';
export interface ProposeFixParams {
  readonly finding: string;
  readonly strategy: string;
  /** From the client's secret storage; kept in memory for this request alone. Left aside when the endpoint is another one. */
  readonly key: ModelKey | null;
  readonly workDoneToken: string;
}
export type FixProposal =
  | {
      readonly ok: true;
      readonly finding: string;
      readonly strategy: string;
      readonly title: string;
      readonly rationale: string;
      readonly uri: string;
      readonly file: string;
      /** SHA-256 of the text the edit belongs to. */
      readonly baseHash: string;
      readonly edits: readonly WireEdit[];
      readonly diff: string;
      /** `verdict` of the command line's contract. */
      readonly verdict: Verdict;
    }
  | { readonly ok: false; readonly reason: string; readonly detail: string };
export interface WireEdit {
  readonly range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
  readonly newText: string;
}

/** Request `{ finding, strategy }`: what the replay would send, to be shown before it starts. Null without an endpoint. */
export const ESTIMATE_FIX = 'faultline/estimateFix';
export interface FixEstimate {
  readonly failing: number;
  readonly passing: number;
  readonly requests: number;
  readonly maxRequests: number;
  readonly tokensIn: number;
  readonly endpoint: string;
}

/** Request `{ finding, strategy }`: the last verdict for today's text, for "Show why". Result: `FixProposal | null`. */
export const LAST_PROPOSAL = 'faultline/lastProposal';

/** Request with the proposal's `finding` and `strategy` after the client applied its edit. */
export const FIX_APPLIED = 'faultline/fixApplied';

/** Request `{ finding: string; reason: string }`. */
export const HIDE_FINDING = 'faultline/hideFinding';

/** Request without parameters: show all hidden findings again. Result: how many. */
export const UNHIDE_ALL = 'faultline/unhideAll';

/** Request without parameters, sample workspace only: start the scripted model. Result: `{ endpoint, model }`. */
export const START_SCRIPTED_MODEL = 'faultline/startScriptedModel';

/** Request without parameters: facts to paste into an issue. Result: Markdown text. */
export const DIAGNOSE_SELF = 'faultline/diagnoseSelf';
