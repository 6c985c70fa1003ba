import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { nodeFiles } from '../host/nodeFiles.ts';
import { sha256 } from '../model/hash.ts';
import type { Verdict } from '../model/verdict.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { PatchReplay, ProposeRequest, Workspace } from '../workspace/workspace.ts';
import { modelClient } from './modelClient.ts';
import { openForCommand, progressOn } from './openForCommand.ts';
import type { ReplayCommandOptions } from './options.ts';
import { regressionsCommand } from './regressionsCommand.ts';
import type { Terminal } from './run.ts';
import { scorecardText } from './scorecardText.ts';
import { UsageError } from './usageError.ts';
import { count } from './words.ts';

/** `faultline fix --finding ID`: generates an edit and validates it on held-out samples. */
export async function fixCommand(
  options: ReplayCommandOptions,
  terminal: Terminal,
  token: CancellationToken,
): Promise<number> {
  refuseSarif(options);
  const { workspace } = await openForCommand(options, terminal, token);
  try {
    const request: ProposeRequest = {
      findingId: options.finding as string,
      strategy: options.strategy,
      client: await modelClient(options, terminal),
      model: options.model,
      options: { ...options.replay, maxRequestsPerDay: Number.POSITIVE_INFINITY },
    };
    await announceFix(request, options, workspace, terminal);
    const proposal = await workspace.proposeFix(request, token, progressOn(terminal, options.quiet));
    if (!proposal.ok) throw new UsageError(proposal.detail);
    const { fix, oldText, newText, diff, verdict } = proposal;
    const edit = {
      file: fix.edit.file,
      diff,
      strategy: fix.strategy,
      author: fix.author,
      rationale: fix.rationale,
    };
    const applied = await maybeApply(options, workspace, edit.file, oldText, newText, verdict);
    if (applied) await workspace.recordApplied(proposal);
    print(options, terminal, { edit, verdict, applied });
    return verdict.result === 'accept' ? 0 : 1;
  } finally {
    await workspace.close();
  }
}

/** `faultline replay --edit PATCH`: validates any edit on all samples. */
export async function replayCommand(
  options: ReplayCommandOptions,
  terminal: Terminal,
  token: CancellationToken,
): Promise<number> {
  refuseSarif(options);
  if (options.regressions) return regressionsCommand(options, terminal, token);
  const path = options.edit as string;
  const patch = await readFile(resolve(terminal.workingFolder, path), 'utf8').catch(() => null);
  if (patch === null) throw new UsageError(`cannot read the patch ${path}`);
  const { workspace } = await openForCommand(options, terminal, token);
  try {
    if (options.modelEndpoint !== null && !options.quiet) {
      terminal.err(
        `faultline: sends at most ${count(options.replay.maxRequests, 'request')} to ${options.modelEndpoint}; Ctrl+C stops\n`,
      );
    }
    const replay: PatchReplay = await workspace.replayPatch(
      {
        patch,
        findingId: options.finding,
        client: await modelClient(options, terminal),
        model: options.model,
        options: { ...options.replay, maxRequestsPerDay: Number.POSITIVE_INFINITY },
      },
      token,
      progressOn(terminal, options.quiet),
    );
    if (!replay.ok) throw new UsageError(replay.detail);
    const { file, diff, oldText, newText, verdict } = replay;
    const applied = await maybeApply(options, workspace, file, oldText, newText, verdict);
    print(options, terminal, { edit: { file, diff, strategy: 'patch', author: 'person' }, verdict, applied });
    return verdict.result === 'accept' ? 0 : 1;
  } finally {
    await workspace.close();
  }
}

/** Says what a fix is going to send before it sends anything; silent where nothing will be sent. */
async function announceFix(
  request: ProposeRequest,
  { modelEndpoint, quiet }: ReplayCommandOptions,
  workspace: Workspace,
  terminal: Terminal,
): Promise<void> {
  if (modelEndpoint === null || quiet) return;
  const offered = workspace.snapshot()?.findings.find(({ id }) => id === request.findingId)?.fixes ?? [];
  const strategy = request.strategy ?? offered[0];
  if (strategy === undefined || !offered.includes(strategy)) return;
  const estimate = await workspace.estimateFix(request);
  if (estimate === null) return;
  terminal.err(
    `faultline: sends about ${count(estimate.requests, 'request')} and ${count(estimate.tokensIn, 'input token')} to ` +
      `${modelEndpoint}, at most ${count(request.options.maxRequests, 'request')}; Ctrl+C stops\n`,
  );
}

interface Answer {
  readonly edit: {
    readonly file: string;
    readonly diff: string;
    readonly strategy: string;
    readonly author: string;
    readonly rationale?: string;
  };
  readonly verdict: Verdict;
  readonly applied: boolean;
}

function print(options: ReplayCommandOptions, terminal: Terminal, answer: Answer): void {
  if (options.format === 'text') terminal.out(scorecardText(answer));
  else terminal.out(`${JSON.stringify(answer, null, options.format === 'json' ? 2 : 0)}\n`);
}

/** Writes only an accepted edit, or any that a person explicitly overrides; never on a text that changed since. */
async function maybeApply(
  options: ReplayCommandOptions,
  workspace: Workspace,
  file: string,
  oldText: string,
  newText: string,
  verdict: Verdict,
): Promise<boolean> {
  if (options.apply === 'no') return false;
  if (options.apply === 'accepted' && verdict.result !== 'accept') return false;
  const path = `${workspace.root}/${file}`;
  const now = await nodeFiles.readText(path);
  if (now === null || sha256(now) !== sha256(oldText)) {
    throw new UsageError(`${file} changed while the edit was checked; nothing was written`);
  }
  await nodeFiles.writeText(path, newText);
  return true;
}

function refuseSarif(options: ReplayCommandOptions): void {
  if (options.format === 'sarif') throw new UsageError('fix and replay have no SARIF output');
}
