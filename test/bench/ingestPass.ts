// One pass over a workspace, in a process of its own so that its peak memory is its own. Started by ingest.ts.
import path from 'node:path';
import { fileAnswerCache } from '../../server/host/fileAnswerCache.ts';
import { nodeFiles } from '../../server/host/nodeFiles.ts';
import { systemClock } from '../../server/host/systemClock.ts';
import { neverCancelled } from '../../server/ports/cancellation.ts';
import { noProgress } from '../../server/ports/progress.ts';
import { defaultSettings } from '../../server/protocol/settings.ts';
import { openIndex } from '../../server/store/openIndex.ts';
import { openWorkspace } from '../../server/workspace/openWorkspace.ts';

export interface PassFigures {
  /** From opening the index, engine and all, to findings. */
  readonly elapsedMs: number;
  readonly peakBytes: number;
  readonly indexBytes: number;
  readonly runs: number;
  /** Runs with at least one prompt link. */
  readonly linked: number;
  readonly findings: number;
}

const [root = '', own = ''] = process.argv.slice(2);
const start = performance.now();
const workspace = openWorkspace({
  root: root.replaceAll('\\', '/'),
  files: nodeFiles,
  clock: systemClock,
  git: () => null,
  openIndex: () => openIndex({ path: path.join(own, 'index.duckdb') }),
  openPrivateIndex: () => openIndex({ path: ':memory:' }),
  stateFolder: own.replaceAll('\\', '/'),
  answers: () => fileAnswerCache(nodeFiles, path.join(own, 'answers.jsonl')),
  settings: () => ({
    traces: defaultSettings.traces,
    tracesMustExist: false,
    onlyInside: true,
    ...defaultSettings.findings,
  }),
});
await workspace.refresh(neverCancelled, noProgress);
const elapsedMs = performance.now() - start;
const { indexBytes } = await workspace.totals();
const links = [...(workspace.lastPass()?.links.values() ?? [])];
const figures: PassFigures = {
  elapsedMs,
  // Node gives kilobytes, also where the system does not.
  peakBytes: process.resourceUsage().maxRSS * 1024,
  indexBytes,
  runs: workspace.snapshot()?.runs ?? 0,
  linked: links.filter(({ prompts }) => prompts.length > 0).length,
  findings: workspace.snapshot()?.findings.length ?? 0,
};
await workspace.close();
process.stdout.write(JSON.stringify(figures));
