import type { DetectContext } from '../detect/context.ts';
import { DETECTION_VERSION, detectFailures } from '../detect/detectFailures.ts';
import { contextWindow } from '../detect/modelWindows.ts';
import type { SourceFile } from '../model/anchor.ts';
import type { Failure } from '../model/failure.ts';
import { sha256 } from '../model/hash.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { RunLinks } from '../model/link.ts';
import type { ToolDefinition } from '../model/run.ts';
import { type CancellationToken, throwIfCancelled } from '../ports/cancellation.ts';
import type { ReportProgress } from '../ports/progress.ts';
import type { Index } from '../store/traceIndex.ts';

const BATCH = 200;

/**
 * Brings the stored failures up to date: all runs when a detector or a linked tool definition
 * changed, else only runs without an analysis.
 */
export async function detectRuns(
  index: Index,
  links: ReadonlyMap<string, RunLinks>,
  sources: ReadonlyMap<string, SourceFile>,
  token: CancellationToken,
  report: ReportProgress,
): Promise<void> {
  const key = analysisKey(links, sources);
  const sameKey = (await index.analysisKey()) === key;
  const pending = sameKey ? await index.unanalysedRuns() : [...links.keys()];
  if (pending.length === 0 && sameKey) return;
  let failuresByRun = new Map<string, readonly Failure[]>();
  let done = 0;
  for await (const run of index.runs(pending)) {
    throwIfCancelled(token);
    failuresByRun.set(run.id, detectFailures(run, detectContext(links.get(run.id), sources)));
    done++;
    if (failuresByRun.size >= BATCH) {
      await index.writeAnalysis({ key, failuresByRun });
      failuresByRun = new Map();
      report({ what: 'finding failures', done, total: pending.length });
    }
  }
  await index.writeAnalysis({ key, failuresByRun });
}

export function detectContext(
  links: RunLinks | undefined,
  sources: ReadonlyMap<string, SourceFile>,
): DetectContext {
  return {
    linkedTool: (name) => linkedDefinition(name, links, sources),
    hasLinkedTools:
      (links?.prompts.length ?? 0) > 0 || (links?.tools.some((tool) => tool.file !== null) ?? false),
    contextWindow,
  };
}

/** Today's definition in the file that the tool is linked to; a tool of that name in the same files counts too. */
export function linkedDefinition(
  name: string,
  links: RunLinks | undefined,
  sources: ReadonlyMap<string, SourceFile>,
): ToolDefinition | null {
  const link = links?.tools.find((tool) => tool.name === name);
  if (link?.file == null) return null;
  const source = sources.get(link.file);
  return source?.tools.find((tool) => tool.anchor.id === link.anchorId)?.definition ?? null;
}

/** Everything beyond the run itself that a detector's answer rests on. */
function analysisKey(links: ReadonlyMap<string, RunLinks>, sources: ReadonlyMap<string, SourceFile>): string {
  const files = new Set<string>();
  let linkedRuns = 0;
  for (const { prompts, tools } of links.values()) {
    if (prompts.length > 0) linkedRuns++;
    for (const tool of tools) if (tool.file !== null) files.add(tool.file);
  }
  const definitions = [...files]
    .sort()
    .map((file) => (sources.get(file)?.tools ?? []).map(({ definition }) => definition as unknown as Json));
  return sha256(canonicalJson([DETECTION_VERSION, linkedRuns, definitions]));
}
