import type { CancellationToken } from '../ports/cancellation.ts';
import { modelClient } from './modelClient.ts';
import { openForCommand, progressOn } from './openForCommand.ts';
import type { ReplayCommandOptions } from './options.ts';
import type { Terminal } from './run.ts';

/** `faultline replay --regressions`: whether applied fixes still hold on the samples kept with them. */
export async function regressionsCommand(
  options: ReplayCommandOptions,
  terminal: Terminal,
  token: CancellationToken,
): Promise<number> {
  const { workspace } = await openForCommand(options, terminal, token);
  try {
    const regressions = await workspace.replayRegressions(
      {
        client: await modelClient(options, terminal),
        model: options.model,
        options: { ...options.replay, maxRequestsPerDay: Number.POSITIVE_INFINITY },
      },
      token,
      progressOn(terminal, options.quiet),
    );
    if (options.format === 'text') {
      if (regressions.length === 0) terminal.out('No fix was applied here yet.\n');
      for (const replay of regressions) {
        const said = replay.ok
          ? `${replay.verdict.result}: ${replay.verdict.why}`
          : `not replayed: ${replay.detail}`;
        terminal.out(`${replay.file}  ${replay.id}  ${said}\n`);
      }
    } else terminal.out(`${JSON.stringify({ regressions }, null, options.format === 'json' ? 2 : 0)}\n`);
    return regressions.every((replay) => replay.ok && replay.verdict.result === 'accept') ? 0 : 1;
  } finally {
    await workspace.close();
  }
}
