import { filesNeedingHistory, loadHistories } from '../link/history.ts';
import { buildLinkIndex, type LinkIndex } from '../link/linkIndex.ts';
import { linkPromptText } from '../link/linkPrompt.ts';
import { linkTools } from '../link/linkTools.ts';
import type { SourceFile } from '../model/anchor.ts';
import type { PromptLink, RunLinks, ToolLink } from '../model/link.ts';
import type { ToolDefinition } from '../model/run.ts';
import { type CancellationToken, throwIfCancelled } from '../ports/cancellation.ts';
import type { Git } from '../ports/git.ts';
import type { Index, RunSummary } from '../store/traceIndex.ts';

/**
 * Links of every run. Runs repeat their prompts and tool lists, so each distinct text, and each
 * distinct list with the names called from it, is linked once.
 */
export async function linkRuns(
  summaries: readonly RunSummary[],
  sources: readonly SourceFile[],
  index: Index,
  git: Git | null,
  token: CancellationToken,
): Promise<ReadonlyMap<string, RunLinks>> {
  const texts = await promptTexts(summaries, index, token);
  const toolSets = await offeredTools(summaries, index);
  const tools = [
    ...summaries.flatMap((summary) => summary.calledTools.map(({ name }) => name)),
    ...[...toolSets.values()].flat().map(({ name }) => name),
  ];
  const links = await linkIndexWithHistory(sources, [...texts.values()], new Set(tools), git);

  const era = eraOf(links);
  const promptCache = new Map<string, readonly PromptLink[]>();
  const toolCache = new Map<string, readonly ToolLink[]>();
  const result = new Map<string, RunLinks>();
  for (const summary of summaries) {
    throwIfCancelled(token);
    const prompts = summary.prompts.flatMap(({ hash, message }) => {
      const key = `${hash} ${era(summary.startedAt)}`;
      let found = promptCache.get(key);
      if (found === undefined) {
        found = linkPromptText(texts.get(hash) ?? '', links, summary.startedAt);
        promptCache.set(key, found);
      }
      return found.map((link) => ({ ...link, message }));
    });
    const offered = summary.toolSets.flatMap((hash) => toolSets.get(hash) ?? []);
    const offeredNames = new Set(offered.map(({ name }) => name));
    // Offered tools are linked whether called or not, so only names beyond them tell lists apart.
    const beyond = summary.calledTools.map(({ name }) => name).filter((name) => !offeredNames.has(name));
    const key = JSON.stringify([summary.toolSets, beyond]);
    let toolLinks = toolCache.get(key);
    if (toolLinks === undefined) {
      toolLinks = linkTools(beyond, offered.length === 0 ? null : offered, links);
      toolCache.set(key, toolLinks);
    }
    result.set(summary.id, { runId: summary.id, prompts, tools: toolLinks });
  }
  return result;
}

/**
 * Runs that began between the same two commits carry the same wording, whatever their exact time: the
 * era is the number of commits before the start. Without history all runs share one.
 */
function eraOf(links: LinkIndex): (startedAt: string | null) => number {
  const commits = links.wordings
    .flatMap(({ revisions }) => revisions.map(({ committedAt }) => Date.parse(committedAt)))
    .sort((a, b) => a - b);
  return (startedAt) => {
    if (startedAt === null) return -1;
    const start = Date.parse(startedAt);
    const next = commits.findIndex((commit) => commit > start);
    return next === -1 ? commits.length : next;
  };
}

async function promptTexts(
  summaries: readonly RunSummary[],
  index: Index,
  token: CancellationToken,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const { hash } of summaries.flatMap((summary) => summary.prompts)) {
    if (texts.has(hash)) continue;
    throwIfCancelled(token);
    texts.set(hash, (await index.text(hash)) ?? '');
  }
  return texts;
}

async function offeredTools(
  summaries: readonly RunSummary[],
  index: Index,
): Promise<ReadonlyMap<string, readonly ToolDefinition[]>> {
  const sets = new Map<string, readonly ToolDefinition[]>();
  for (const hash of summaries.flatMap((summary) => summary.toolSets)) {
    if (!sets.has(hash)) sets.set(hash, (await index.toolSet(hash)) ?? []);
  }
  return sets;
}

/** Git is asked only about files that some run needs an older wording of. */
async function linkIndexWithHistory(
  sources: readonly SourceFile[],
  texts: readonly string[],
  tools: Iterable<string>,
  git: Git | null,
): Promise<LinkIndex> {
  const today = buildLinkIndex(sources, () => []);
  if (git === null) return today;
  const histories = await loadHistories(git, filesNeedingHistory(texts, tools, today));
  return buildLinkIndex(sources, (file) => histories.get(file) ?? []);
}
