import type { CancellationToken } from '../ports/cancellation.ts';
import { openForCommand } from './openForCommand.ts';
import type { CommonOptions } from './options.ts';
import type { Terminal } from './run.ts';
import { UsageError } from './usageError.ts';
import { bytes, count } from './words.ts';

const PROBLEMS_SHOWN = 20;

/** `faultline index`: brings the index up to date and reports what it holds. */
export async function indexCommand(
  options: CommonOptions,
  terminal: Terminal,
  token: CancellationToken,
): Promise<number> {
  if (options.format === 'sarif') throw new UsageError('index has no SARIF output');
  const { workspace, report, nothingRead } = await openForCommand(options, terminal, token);
  try {
    const totals = await workspace.totals();
    const answer = { ...totals, filesUnchanged: report.filesUnchanged, elapsedMs: report.elapsedMs };
    if (options.format !== 'text') {
      terminal.out(`${JSON.stringify(answer, null, options.format === 'json' ? 2 : 0)}\n`);
      return 0;
    }
    const lines = [
      ...(nothingRead === null ? [] : [nothingRead]),
      `${count(totals.files, 'file')} (${report.filesUnchanged} unchanged), ${bytes(totals.bytes)}`,
      `${count(totals.runs, 'run')}: ${count(totals.modelCalls, 'model call')}, ${count(totals.toolCalls, 'tool call')}, ${count(totals.messages, 'message')}`,
      ...Object.entries(totals.formats).map(
        ([format, records]) => `  ${format}: ${count(records, 'record')}`,
      ),
      ...totals.skipped.map(({ file, reason, count: n }) => `  skipped in ${file}: ${n} × ${reason}`),
      ...totals.problems
        .slice(0, PROBLEMS_SHOWN)
        .map(
          (problem) => `  problem: ${problem.file}${at(problem.line)}: ${problem.reason}: ${problem.detail}`,
        ),
      ...(totals.problems.length > PROBLEMS_SHOWN
        ? [`  … and ${totals.problems.length - PROBLEMS_SHOWN} more problems (--format json lists all)`]
        : []),
      `index: ${bytes(totals.indexBytes)}, ${report.elapsedMs} ms`,
    ];
    terminal.out(`${lines.join('\n')}\n`);
    return 0;
  } finally {
    await workspace.close();
  }
}

function at(line: number | null): string {
  return line === null ? '' : `:${line + 1}`;
}
