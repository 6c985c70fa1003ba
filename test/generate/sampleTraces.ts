/**
 * Writes the bundled sample's traces: `node test/generate/sampleTraces.ts`. Prompts and tool
 * definitions are read from the sample, the scripted model of `server/sample` answers, small
 * simulated tools reply, and a judge compares the end with what was right. A fixed seed, no clock:
 * the same files come out byte for byte.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from '../../server/model/json.ts';
import type { ToolDefinition } from '../../server/model/run.ts';
import { toolDefinitionsFrom } from '../../server/model/toolShapes.ts';
import { type Random, seededRandom } from '../../server/ports/random.ts';
import { ADVISOR_SCENARIOS } from './sample/advisorScenarios.ts';
import { chatLogLine, type RunFrame } from './sample/chatLog.ts';
import { DESK_SCENARIOS } from './sample/deskScenarios.ts';
import { otlpLine } from './sample/otlpLog.ts';
import { type PlayedRun, playRun } from './sample/playRun.ts';
import type { ScenarioKind } from './sample/scenario.ts';
import { addDays } from './sample/world.ts';

export const SAMPLE_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../media/sample');

const SEED = 20260112;
const FIRST_DAY = '2026-01-12';
const DAYS = 40;

export interface SampleRun {
  readonly kind: ScenarioKind;
  readonly frame: RunFrame;
  readonly run: PlayedRun;
}

/** All runs of the sample in the order of their start. */
export function sampleRuns(): readonly SampleRun[] {
  const random = seededRandom(SEED);
  const planned = [...ADVISOR_SCENARIOS, ...DESK_SCENARIOS]
    .flatMap((kind) => Array.from({ length: kind.runs }, () => ({ kind, startedAt: momentOf(random) })))
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0));
  const agents = {
    advisor: readAgent('advisor.md', ['market.json', 'portfolio.json']),
    desk: readAgent('handoff.md', ['desk.json']),
  };
  return planned.map(({ kind, startedAt }, index) => {
    const today = startedAt.slice(0, 10);
    const account = `ACC-${104_000 + index * 7}`;
    const { prompt, tools } = agents[kind.agent];
    const system = prompt.replaceAll('{{today}}', today).replaceAll('{{account_id}}', account);
    const scenario = kind.make({ random: seededRandom(SEED + 1000 + index), seed: SEED + index, today });
    const number = String(index + 1).padStart(4, '0');
    const frame: RunFrame = {
      id: `run-${number}`,
      session: `session-${number}`,
      startedAt,
      agent: kind.agent,
      tools,
    };
    return { kind, frame, run: playRun(scenario, system, tools) };
  });
}

/** The trace files by their path in the sample: chat logs by week, one file of OTLP lines. */
export function sampleFiles(runs: readonly SampleRun[] = sampleRuns()): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { kind, frame, run } of runs) {
    const path =
      kind.format === 'otlp'
        ? 'traces/otel-spans.jsonl'
        : `traces/chat-week-${weekOf(frame.startedAt)}.jsonl`;
    const line = kind.format === 'otlp' ? otlpLine(run, frame) : chatLogLine(run, frame);
    files.set(path, `${files.get(path) ?? ''}${line}\n`);
  }
  return files;
}

/** Office hours on one of the days. */
function momentOf(random: Random): string {
  const day = addDays(FIRST_DAY, Math.floor(random() * DAYS));
  const seconds = 8 * 3600 + Math.floor(random() * 11 * 3600);
  return new Date(Date.parse(`${day}T00:00:00Z`) + seconds * 1000).toISOString();
}

function weekOf(startedAt: string): number {
  return 1 + Math.floor((Date.parse(startedAt) - Date.parse(FIRST_DAY)) / (7 * 86_400_000));
}

function readAgent(
  promptFile: string,
  toolFiles: readonly string[],
): { readonly prompt: string; readonly tools: readonly ToolDefinition[] } {
  const read = (path: string) => readFileSync(join(SAMPLE_FOLDER, path), 'utf8');
  const tools = toolFiles.flatMap((file) => toolDefinitionsFrom(JSON.parse(read(`tools/${file}`)) as Json));
  return { prompt: read(`prompts/${promptFile}`), tools };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(SAMPLE_FOLDER, 'traces'), { recursive: true });
  for (const [path, text] of sampleFiles()) writeFileSync(join(SAMPLE_FOLDER, path), text);
}
