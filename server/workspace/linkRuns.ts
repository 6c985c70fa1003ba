import { filesNeedingHistory, loadHistories } from '../link/history.ts';
import { buildLinkIndex, type LinkIndex } from '../link/linkIndex.ts';
import { linkPromptText } from '../link/linkPrompt.ts';
import { linkTools } from '../link/linkTools.ts';
import type { SourceFile } from '../model/anchor.ts';
import { sha256 } from '../model/hash.ts';
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

  const promptCache = new Map<string, readonly PromptLink[]>();
  const toolCache = new Map<string, readonly ToolLink[]>();
  const result = new Map<string, RunLinks>();
  for (const summary of summaries) {
    throwIfCancelled(token);
    const prompts = summary.prompts.flatMap(({ hash, message }) => {
      // Which commit's wording was in force depends on when the run began.
      const key = `${hash} ${summary.startedAt ?? ''}`;
      let found = promptCache.get(key);
      if (found === undefined) {
        found = linkPromptText(texts.get(hash) ?? '', links, summary.startedAt);
        promptCache.set(key, found);
      }
      return found.map((link) => ({ ...link, message }));
    });
    const key = sha256(JSON.stringify([summary.toolSets, summary.calledTools.map(({ name }) => name)]));
    let toolLinks = toolCache.get(key);
    if (toolLinks === undefined) {
      const offered = summary.toolSets.flatMap((hash) => toolSets.get(hash) ?? []);
      toolLinks = linkTools(
        summary.calledTools.map(({ name }) => name),
        offered.length === 0 ? null : offered,
        links,
      );
      toolCache.set(key, toolLinks);
    }
    result.set(summary.id, { runId: summary.id, prompts, tools: toolLinks });
  }
  return result;
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
