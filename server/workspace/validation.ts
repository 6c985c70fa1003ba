import { lookBook } from '../apply/looks.ts';
import { failuresOfAction } from '../detect/actionFailures.ts';
import { checkArguments } from '../detect/argumentSchema.ts';
import { detectorRow } from '../detect/catalogue.ts';
import { definitionSimilarity } from '../link/toolSimilarity.ts';
import type { SourceFile } from '../model/anchor.ts';
import type { Failure } from '../model/failure.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { Run, ToolDefinition } from '../model/run.ts';
import type { ModelClient } from '../ports/modelClient.ts';
import type { Index } from '../store/traceIndex.ts';
import { type CandidateList, collectCandidates, type RecordedRun } from '../validate/candidates.ts';
import type { GradingFacts } from '../validate/grade.ts';
import type { RecordedCall } from '../validate/staticProof.ts';
import type { EditToValidate } from '../validate/validateEdit.ts';
import { detectContext } from './detectRuns.ts';
import { callFailure } from './fixEvidence.ts';
import type { PreparedEdit } from './replayEdit.ts';
import type { PassResult, ReplayOptions } from './workspace.ts';
import type { WorkspaceHost } from './workspaceHost.ts';

/** Newest runs that may become samples: bounds memory where an index is very large. Proofs read them all. */
const MAX_SAMPLED_RUNS = 3000;
const CONFUSABLE_TOOLS = 2;

/** What is being validated: a finding's pattern, or every replayable failure for a patch without one. */
export interface Subject {
  readonly source: SourceFile;
  /** The edited tool; null when the edit is to a prompt. */
  readonly tool: string | null;
  readonly findingId: string | null;
  isPattern(failure: Failure): boolean;
}

/** The recorded evidence of one validation, read once from the index. */
export interface Evidence {
  readonly subject: Subject;
  readonly runs: readonly RecordedRun[];
  readonly list: CandidateList;
  readonly calls: readonly RecordedCall[];
  readonly facts: GradingFacts;
  linkedTools(run: Run): readonly ToolDefinition[] | null;
}

export async function gatherEvidence(
  subject: Subject,
  pass: PassResult,
  index: Index,
  seed: number,
): Promise<Evidence> {
  const ids = runsCarrying(subject.source.file, pass);
  const sampled = newest(ids, pass);
  const tools = new Set(subject.source.tools.map(({ definition }) => definition.name));
  const runs: RecordedRun[] = [];
  const calls: RecordedCall[] = [];
  const known = new Map<string, 'ok' | 'failed'>();
  for await (const run of index.runs(ids)) {
    const failures = pass.failures.get(run.id) ?? [];
    if (sampled.has(run.id)) {
      runs.push({ run, failures, links: pass.links.get(run.id) ?? null, marked: null });
    }
    rememberCalls(run, failures, tools, calls, known);
  }
  const replayMode: GradingFacts['replayMode'] = (kind) => detectorRow(kind).replay;
  const list = collectCandidates(
    runs,
    {
      file: subject.source.file,
      tool: subject.tool,
      confusable: confusableTools(subject),
      matches: subject.isPattern,
      replayMode,
    },
    seed,
  );
  return {
    subject,
    runs,
    list,
    calls,
    linkedTools: (run) => linkedTools(run, pass),
    facts: {
      failuresOfAction: (run, decision, message, finishReason) =>
        failuresOfAction(
          run,
          decision,
          message,
          detectContext(pass.links.get(run.id), pass.sources, pass.strays),
          {
            finishReason,
          },
        ),
      knownResult: (tool, args) => known.get(`${tool}\0${args}`) ?? null,
      replayMode,
      isPattern: subject.isPattern,
    },
  };
}

/** Runs whose text or tools the file gave, in the order of the index. */
function runsCarrying(file: string, pass: PassResult): readonly string[] {
  return pass.summaries.flatMap(({ id }) => {
    const links = pass.links.get(id);
    const carries =
      links?.prompts.some((link) => link.file === file) || links?.tools.some((link) => link.file === file);
    return carries ? [id] : [];
  });
}

function newest(ids: readonly string[], pass: PassResult): ReadonlySet<string> {
  if (ids.length <= MAX_SAMPLED_RUNS) return new Set(ids);
  const startedAt = new Map(pass.summaries.map((summary) => [summary.id, summary.startedAt ?? '']));
  const byTime = ids.toSorted((a, b) => ((startedAt.get(a) ?? '') < (startedAt.get(b) ?? '') ? 1 : -1));
  return new Set(byTime.slice(0, MAX_SAMPLED_RUNS));
}

/** A call's recorded result anywhere in the evidence; one success outweighs failures of the same call. */
function rememberCalls(
  run: Run,
  failures: readonly Failure[],
  tools: ReadonlySet<string>,
  calls: RecordedCall[],
  known: Map<string, 'ok' | 'failed'>,
): void {
  const answered = new Set(
    run.messages.flatMap(({ toolCallId }) => (toolCallId === null ? [] : [toolCallId])),
  );
  run.messages.forEach((message, position) => {
    message.toolCalls.forEach((call, place) => {
      const failed = callFailure(failures, position, place) !== null;
      if (tools.has(call.name)) calls.push({ tool: call.name, arguments: call.arguments, failed });
      if (call.arguments === null || (call.id !== null && !answered.has(call.id))) return;
      const key = `${call.name}\0${canonicalJson(call.arguments)}`;
      if (!failed) known.set(key, 'ok');
      else if (!known.has(key)) known.set(key, 'failed');
    });
  });
}

/** For runs that recorded no definitions: all tools of the files that its tools are linked to, in file order. */
function linkedTools(run: Run, pass: PassResult): readonly ToolDefinition[] | null {
  const files = new Set(pass.links.get(run.id)?.tools.flatMap(({ file }) => (file === null ? [] : [file])));
  const tools = [...files].flatMap((file) => pass.sources.get(file)?.tools ?? []);
  return tools.length === 0 ? null : tools.map(({ definition }) => definition);
}

/** The tools of the same file whose definitions read most like the edited one. */
function confusableTools({ source, tool }: Subject): readonly string[] {
  const own = source.tools.find(({ definition }) => definition.name === tool)?.definition;
  if (own === undefined) return [];
  return source.tools
    .map(({ definition }) => ({ name: definition.name, alike: definitionSimilarity(own, definition) }))
    .filter(({ name }) => name !== tool)
    .sort((a, b) => b.alike - a.alike || (a.name < b.name ? -1 : 1))
    .slice(0, CONFUSABLE_TOOLS)
    .map(({ name }) => name);
}

export interface ValidationRequest {
  readonly client: ModelClient | null;
  readonly model: string | null;
  readonly options: ReplayOptions;
}

/** Everything that `validateEdit` asks for, put together. */
export function toValidate(
  edit: PreparedEdit,
  evidence: Evidence,
  request: ValidationRequest,
  host: WorkspaceHost,
  isGenerated: boolean,
  notes: readonly string[],
): EditToValidate {
  return {
    edit,
    findingId: evidence.subject.findingId,
    isGenerated,
    list: evidence.list,
    statics: {
      definitions: edit.definitions,
      calls: evidence.calls,
      accepts,
      runs: evidence.runs.map(({ run }) => run),
    },
    context: { linkedTools: evidence.linkedTools },
    facts: evidence.facts,
    settings: { ...request.options, model: request.model },
    client: request.client,
    cache: host.answers(),
    looks: lookBook(host.files, host.stateFolder, host.clock),
    // Prices come with part 4; until then no figure is shown rather than a guessed one.
    price: () => null,
    notes,
  };
}

function accepts(definition: ToolDefinition, args: Json | null): boolean {
  if (args === null) return false;
  if (definition.parameters === null) return true;
  // An undecidable schema refuses nothing.
  return (checkArguments(definition.parameters, args) ?? []).length === 0;
}
