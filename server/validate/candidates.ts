import type { Failure, FailureKind, ReplayMode } from '../model/failure.ts';
import { sha256 } from '../model/hash.ts';
import type { RunLinks } from '../model/link.ts';
import type { Run } from '../model/run.ts';
import { seededRandom } from '../ports/random.ts';

/** A decision that could be replayed. A run may give several; `samples.ts` takes one a session and block. */
export interface Candidate {
  readonly run: Run;
  /** Index of the assistant message to decide again. */
  readonly decision: number;
  /** What makes it a failing sample; null for a passing one. */
  readonly failure: Failure | null;
  /** Null when nobody can say. */
  readonly passed: boolean | null;
  readonly hasRecordedOutcome: boolean;
  /** A call of the edited tool or of one easily taken for it. */
  readonly neighbour: boolean;
  /** What the run was about, as far as its first tool tells. */
  readonly intent: string;
  /** The run carried today's wording of the edited file. */
  readonly currentWording: boolean;
  readonly startedAt: string | null;
}

export interface RecordedRun {
  readonly run: Run;
  readonly failures: readonly Failure[];
  readonly links: RunLinks | null;
  /** A person's own mark, which counts as an outcome and outranks the recorded one. */
  readonly marked: boolean | null;
}

/** Which failures and which text the edit is about. */
export interface PatternTarget {
  readonly file: string;
  /** The edited tool; null when the edit is to a prompt. */
  readonly tool: string | null;
  /** Tools whose calls count as neighbours besides `tool`. */
  readonly confusable: readonly string[];
  /** True for failures of the finding. For a patch without a finding: true for all. */
  matches(failure: Failure): boolean;
  replayMode(kind: FailureKind): ReplayMode;
}

export interface CandidateList {
  readonly candidates: readonly Candidate[];
  /** Runs that carried the text. */
  readonly exposed: number;
  /** Of these, runs that show the pattern, replayable or not. */
  readonly affected: number;
  /** Affected runs without a decision that single-step replay can show. */
  readonly notShowable: number;
}

/** Everything that may be sampled for an edit: one failing decision a run, and up to two passing ones. */
export function collectCandidates(
  runs: Iterable<RecordedRun>,
  target: PatternTarget,
  seed: number,
): CandidateList {
  const candidates: Candidate[] = [];
  let exposed = 0;
  let affected = 0;
  let notShowable = 0;
  for (const recorded of runs) {
    const wording = carriedWording(recorded.links, target);
    if (wording === null) continue;
    exposed++;
    const matching = recorded.failures.filter((failure) => target.matches(failure));
    const failing = failingCandidate(recorded, matching, target, wording);
    if (failing) candidates.push(failing);
    if (matching.length > 0) affected++;
    if (matching.length > 0 && !failing) notShowable++;
    candidates.push(...passingCandidates(recorded, target, wording, seed));
  }
  return { candidates, exposed, affected, notShowable };
}

function carriedWording(links: RunLinks | null, target: PatternTarget): 'current' | 'older' | null {
  if (links === null) return null;
  const states = [
    ...links.prompts.filter((link) => link.file === target.file).map((link) => link.state),
    ...links.tools
      .filter((link) => link.file === target.file && (target.tool === null || link.name === target.tool))
      .map((link) => link.state),
  ];
  if (states.length === 0) return null;
  return states.includes('older') ? 'older' : 'current';
}

function failingCandidate(
  recorded: RecordedRun,
  matching: readonly Failure[],
  target: PatternTarget,
  wording: 'current' | 'older',
): Candidate | null {
  const failure = matching.find(
    (candidate) =>
      candidate.decision !== null &&
      target.replayMode(candidate.kind) !== 'never' &&
      recorded.run.messages[candidate.decision]?.role === 'assistant',
  );
  if (failure?.decision == null) return null;
  return { ...shared(recorded, wording), decision: failure.decision, failure, neighbour: false };
}

/** One decision at a neighbouring tool, one anywhere; none of them may show a failure itself. */
function passingCandidates(
  recorded: RecordedRun,
  target: PatternTarget,
  wording: 'current' | 'older',
  seed: number,
): Candidate[] {
  const { run, failures } = recorded;
  const common = shared(recorded, wording);
  if (common.passed !== true) return [];
  const faulty = new Set<number>();
  for (const failure of failures) {
    if (failure.certainty === 'hint') continue;
    if (failure.decision !== null) faulty.add(failure.decision);
    faulty.add(failure.message);
  }
  const decisions = decisionsOf(run).filter((decision) => !faulty.has(decision));
  const near = new Set([...(target.tool === null ? [] : [target.tool]), ...target.confusable]);
  const neighbours = decisions.filter((decision) =>
    run.messages[decision]?.toolCalls.some((call) => near.has(call.name)),
  );
  const random = seededRandom(Number.parseInt(sha256(`${seed}\n${run.id}`).slice(0, 8), 16));
  const found: Candidate[] = [];
  for (const [list, neighbour] of [
    [neighbours, true],
    [decisions, false],
  ] as const) {
    const decision = list[Math.floor(random() * list.length)];
    if (decision !== undefined) found.push({ ...common, decision, failure: null, neighbour });
  }
  return found;
}

function decisionsOf(run: Run): number[] {
  const recorded = run.modelCalls.flatMap((call) =>
    call.outputMessage === null ? [] : [call.outputMessage],
  );
  const all = recorded.length > 0 ? recorded : [...run.messages.keys()].filter((index) => index > 0);
  return [...new Set(all)].filter((index) => run.messages[index]?.role === 'assistant').sort((a, b) => a - b);
}

function shared(
  recorded: RecordedRun,
  wording: 'current' | 'older',
): Omit<Candidate, 'decision' | 'failure' | 'neighbour'> {
  const { run, failures, marked } = recorded;
  const outcome = marked ?? run.outcome?.passed ?? null;
  const firstCall = run.messages.find((message) => message.toolCalls.length > 0)?.toolCalls[0]?.name;
  return {
    run,
    passed: outcome ?? !failures.some((failure) => failure.certainty !== 'hint'),
    hasRecordedOutcome: outcome !== null,
    intent: firstCall ?? '',
    currentWording: wording === 'current',
    startedAt: run.startedAt,
  };
}
