// A long prompt as a finished pass leaves it: parsed, with findings on its sections and counts for its lens.
import type { SourceFile } from '../../server/model/anchor.ts';
import type { Finding, FindingExample } from '../../server/model/finding.ts';
import { readSource } from '../../server/source/readSource.ts';
import type { Snapshot } from '../../server/workspace/snapshot.ts';
import { seededText } from './seededText.ts';

export const LINES = 2000;
const FINDINGS = 50;
/** Affected runs of each finding. */
const RUNS = 200;

const file = 'prompts/long.md';

export function reportedPrompt(): {
  readonly file: string;
  readonly text: string;
  readonly snapshot: Snapshot;
} {
  const { prose } = seededText(4);
  // Ten lines a section.
  const sections = Array.from(
    { length: LINES / 10 },
    (_, at) => `## Section ${at}\n\n${Array.from({ length: 7 }, () => `- ${prose(12)}`).join('\n')}\n`,
  );
  const text = sections.join('\n');
  const source = readSource(file, text);
  if (source === null) throw new Error('the prompt is no source');
  const findings = Array.from({ length: FINDINGS }, (_, at) => findingOf(source, at));
  const snapshot: Snapshot = {
    generation: 1,
    runs: 1000,
    failedRuns: 400,
    findings,
    hiddenByFile: new Map(),
    stats: [
      {
        file,
        anchorId: 'prompt',
        type: 'prompt',
        name: 'long.md',
        runs: 1000,
        failedRuns: 400,
        calls: 0,
        errors: 0,
        invalid: 0,
      },
    ],
    sources: new Map([[file, source]]),
    unlinked: { runs: 0, tools: [] },
    lineOf: ({ message }) => message * 4,
  };
  return { file, text, snapshot };
}

function findingOf(source: SourceFile, at: number): Finding {
  const sections = source.prompts[0]?.anchors.filter(({ type }) => type === 'section') ?? [];
  const anchor = sections[Math.floor((at * sections.length) / FINDINGS)];
  if (anchor === undefined) throw new Error('the prompt has no sections');
  const occurrences = Array.from(
    { length: RUNS },
    (_, run): FindingExample => ({
      runId: `traces/day.jsonl#run-${at}-${run}`,
      message: 4 + (run % 9),
      toolCallId: null,
      evidence: `"Error: order ${run} was not found"`,
    }),
  );
  return {
    id: `bench${at}`,
    kind: 'tool-error',
    severity: 'warning',
    certainty: 'certain',
    file,
    range: anchor.range,
    fileHash: source.hash,
    anchor: { type: anchor.type, name: anchor.name, id: anchor.id },
    runsAffected: RUNS,
    runsExposed: 1000,
    onCurrentText: RUNS - 20,
    onOlderText: 20,
    evidenceLevel: 'structural',
    title: `${RUNS} of 1000 runs: get_order failed, "Error: order … was not found"`,
    hint: `get_order failed in ${RUNS} runs`,
    cause: 'get_order failed',
    signature: 'Error: order <n> was not found',
    tool: 'get_order',
    parameter: null,
    examples: occurrences.slice(0, 5),
    occurrences,
    firstSeen: '2026-01-01T00:00:00.000Z',
    lastSeen: '2026-02-01T00:00:00.000Z',
    fixes: ['rewrite-description'],
  };
}
