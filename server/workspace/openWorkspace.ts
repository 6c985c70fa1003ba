/**
 * The pass: traces -> index -> links -> failures -> findings, composed here and nowhere else.
 * Passes queue behind each other; a finished one replaces the snapshot in one step.
 */
import { dismissFinding, readDismissals, undismissFinding } from '../apply/dismissals.ts';
import { type Diagnosis, diagnose } from '../diagnose/diagnose.ts';
import type { RunFacts } from '../diagnose/runFacts.ts';
import { applicableStrategies } from '../fix/catalogue.ts';
import type { SourceFile } from '../model/anchor.ts';
import type { Failure } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import type { RunLinks } from '../model/link.ts';
import type { Index, RunSummary } from '../store/traceIndex.ts';
import { detectRuns } from './detectRuns.ts';
import { exampleKey, exampleLines } from './exampleLines.ts';
import { ingestFiles } from './ingestFiles.ts';
import { linkRuns } from './linkRuns.ts';
import { proposals } from './proposals.ts';
import { runLabel } from './runLabel.ts';
import type { Snapshot } from './snapshot.ts';
import { SourceFiles } from './sourceFiles.ts';
import { strayNames } from './strayNames.ts';
import { findTraces } from './traceFiles.ts';
import { transcriptOf } from './transcript.ts';
import type { FindingRun, PassResult, RefreshReport, Workspace } from './workspace.ts';
import type { WorkspaceHost } from './workspaceHost.ts';

/** A path on the command line that names nothing. */
export class NoSuchTraceError extends Error {
  constructor(path: string) {
    super(`no trace file matches ${path}`);
  }
}

/** An index that can neither be opened nor replaced by one in memory. */
export class IndexError extends Error {}

export function openWorkspace(host: WorkspaceHost): Workspace {
  const sourceFiles = new SourceFiles(host.root, host.files);
  let opened: Promise<{ index: Index; notice: string | null }> | null = null;
  let snapshot: Snapshot | null = null;
  let last: PassResult | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let generation = 0;

  const index = () => {
    opened ??= openEither(host);
    return opened;
  };

  const pass: Workspace['refresh'] = async (token, report): Promise<RefreshReport> => {
    const started = host.clock.now();
    const settings = host.settings();
    report({ what: 'looking for traces', done: 0, total: null });
    const traces = await findTraces(host.root, settings.traces, host.files, {
      mustExist: settings.tracesMustExist,
      onlyInside: settings.onlyInside,
    });
    if (!traces.ok) throw new NoSuchTraceError(traces.path);
    const store = await index();
    const ingested = await ingestFiles(store.index, traces.files, host.files, token, report);
    const traceNames = new Set(traces.files.map((trace) => trace.name));
    const sources = await sourceFiles.read(traceNames, token);
    const byFile = new Map(sources.map((source) => [source.file, source]));
    const summaries = await store.index.runSummaries();
    report({ what: 'linking runs', done: 0, total: summaries.length });
    const links = await linkRuns(summaries, sources, store.index, host.git(), token);
    const strays = strayNames(summaries, links, byFile);
    await detectRuns(store.index, links, byFile, strays, token, report);
    const failures = await store.index.failures();
    const facts = summaries.map((summary) => factsOf(summary, links, failures));
    const { dismissed } = await readDismissals(host.files, host.stateFolder);
    const diagnosis = diagnose(facts, byFile, {
      ...settings,
      isHidden: (id) => dismissed.has(id),
      fixesFor: offeredStrategies,
    });
    const lines = await exampleLines(diagnosis.findings, failures, store.index);
    snapshot = snapshotOf(diagnosis, byFile, lines, ++generation);
    last = { summaries, links, failures, facts, sources: byFile, strays };
    return {
      filesRead: ingested.read,
      filesUnchanged: ingested.unchanged,
      runs: summaries.length,
      problems: (await store.index.totals()).problems,
      notice: store.notice,
      elapsedMs: host.clock.now() - started,
    };
  };

  const fixes = proposals({
    host,
    index: async () => (await index()).index,
    last: () => last,
    snapshot: () => snapshot,
  });

  return {
    root: host.root,
    snapshot: () => snapshot,
    lastPass: () => last,
    refresh(token, report) {
      const next = queue.then(() => pass(token, report));
      queue = next.catch(() => {});
      return next;
    },
    async totals() {
      const { index: store } = await index();
      return { ...(await store.totals()), indexBytes: await store.sizeBytes() };
    },
    async run(runId) {
      const run = await (await index()).index.run(runId);
      return run === null ? null : { run, transcript: transcriptOf(run, last?.failures.get(runId) ?? []) };
    },
    async runsOf(findingId) {
      return runsOfFinding(findingId, snapshot, last, (await index()).index);
    },
    hide: (findingId, reason) => dismissFinding(host.files, host.stateFolder, host.clock, findingId, reason),
    async unhideAll() {
      const { dismissed } = await readDismissals(host.files, host.stateFolder);
      for (const id of dismissed.keys()) {
        await undismissFinding(host.files, host.stateFolder, host.clock, id);
      }
      return dismissed.size;
    },
    ...fixes,
    async close() {
      await queue;
      if (opened !== null) await (await opened).index.close();
      opened = null;
    },
  };
}

/** Fewer affected runs tell no rule from chance, and an older wording is no longer there to mend. */
const MIN_RUNS_FOR_FIX = 3;

function offeredStrategies(finding: Finding): readonly string[] {
  if (finding.runsAffected < MIN_RUNS_FOR_FIX || finding.onCurrentText === 0) return [];
  return applicableStrategies(finding);
}

async function openEither(host: WorkspaceHost): Promise<{ index: Index; notice: string | null }> {
  const own = await host.openIndex();
  if (own.ok) return { index: own.index, notice: own.notice };
  const spare = await host.openPrivateIndex();
  if (!spare.ok) throw new IndexError(spare.detail);
  const why =
    own.reason === 'locked-by-other-process'
      ? 'Another window or command line holds the index of this folder; this one keeps its own in memory.'
      : `The index cannot be written, so it is kept in memory: ${own.detail}`;
  return { index: spare.index, notice: why };
}

function factsOf(
  summary: RunSummary,
  links: ReadonlyMap<string, RunLinks>,
  failures: ReadonlyMap<string, readonly Failure[]>,
): RunFacts {
  const linked = links.get(summary.id);
  return {
    runId: summary.id,
    startedAt: summary.startedAt,
    passed: summary.outcome?.passed ?? null,
    prompts: linked?.prompts ?? [],
    tools: linked?.tools ?? [],
    calls: new Map(summary.calledTools.map(({ name, calls }) => [name, calls])),
    failures: failures.get(summary.id) ?? [],
  };
}

function snapshotOf(
  diagnosis: Diagnosis,
  sources: ReadonlyMap<string, SourceFile>,
  lines: ReadonlyMap<string, number>,
  generation: number,
): Snapshot {
  const { runs, failedRuns, findings, hiddenByFile, stats, unlinked } = diagnosis;
  return {
    generation,
    runs,
    failedRuns,
    findings,
    hiddenByFile,
    stats,
    sources,
    unlinked,
    lineOf: (example) => lines.get(exampleKey(example)) ?? 0,
  };
}

/** Affected runs, newest first; runs without a time keep the order of the index. */
async function runsOfFinding(
  findingId: string,
  snapshot: Snapshot | null,
  last: PassResult | null,
  index: Index,
): Promise<readonly FindingRun[]> {
  const finding = snapshot?.findings.find(({ id }) => id === findingId);
  if (finding === undefined || last === null) return [];
  const rows: FindingRun[] = [];
  for (const { runId, evidence, message } of finding.occurrences) {
    const summary = last.summaries.find(({ id }) => id === runId);
    rows.push({
      runId,
      passed: summary?.outcome?.passed ?? null,
      startedAt: summary?.startedAt ?? null,
      kind: finding.kind,
      message,
      evidence,
      label: runLabel(await index.run(runId)),
    });
  }
  return rows.sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
}
