import type { Failure } from '../model/failure.ts';
import type { Finding, FindingExample } from '../model/finding.ts';
import type { Index } from '../store/traceIndex.ts';
import { transcriptOf } from './transcript.ts';

/** Examples of a finding that an editor links to from Problems. */
export const LINKED_EXAMPLES = 3;

/** Where the examples stand in their transcripts, prepared so that diagnostics can point there without a query. */
export async function exampleLines(
  findings: readonly Finding[],
  failures: ReadonlyMap<string, readonly Failure[]>,
  index: Index,
): Promise<ReadonlyMap<string, number>> {
  const examples = findings.flatMap((finding) => finding.examples.slice(0, LINKED_EXAMPLES));
  const lines = new Map<string, number>();
  for await (const run of index.runs([...new Set(examples.map(({ runId }) => runId))])) {
    const { messageLines } = transcriptOf(run, failures.get(run.id) ?? []);
    for (const example of examples) {
      if (example.runId === run.id) lines.set(exampleKey(example), messageLines[example.message] ?? 0);
    }
  }
  return lines;
}

export function exampleKey({ runId, message }: FindingExample): string {
  return `${message} ${runId}`;
}
