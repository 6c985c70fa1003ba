import type { Json } from '../model/json.ts';
import type { Run, ToolDefinition } from '../model/run.ts';
import type { StaticProof } from '../model/verdict.ts';
import type { ReplayEdit } from './replayEdit.ts';

export interface RecordedCall {
  readonly tool: string;
  /** Null when the arguments did not parse. */
  readonly arguments: Json | null;
  /** True when a failure of any kind names this call. */
  readonly failed: boolean;
}

export interface EditedDefinition {
  readonly before: ToolDefinition;
  /** Null when the edit removes or renames the tool. */
  readonly after: ToolDefinition | null;
}

export interface StaticFacts {
  readonly definitions: readonly EditedDefinition[];
  /** All recorded calls of the edited tools. */
  readonly calls: readonly RecordedCall[];
  accepts(definition: ToolDefinition, args: Json | null): boolean;
  /** Runs that carried the text, to see that it still renders with every recorded value. */
  readonly runs: readonly Run[];
}

export interface StaticResult {
  readonly proof: StaticProof;
  /** What is proved to break, as a sentence; null when nothing is. */
  readonly harm: string | null;
}

/**
 * What the whole recorded history proves about an edit without asking a model. "Now rejected" counts the
 * calls that the definition accepted before and refuses after. One good call newly rejected, or one
 * recorded value with which the text no longer renders, is proof of harm.
 */
export function proveStatic(edit: ReplayEdit, facts: StaticFacts): StaticResult {
  const byName = new Map(facts.definitions.map((definition) => [definition.before.name, definition]));
  let callsRevalidated = 0;
  let goodCallsNowRejected = 0;
  let badCallsNowRejected = 0;
  let example: RecordedCall | null = null;
  for (const call of facts.calls) {
    const definition = byName.get(call.tool);
    if (!definition) continue;
    callsRevalidated++;
    if (!facts.accepts(definition.before, call.arguments)) continue;
    if (definition.after !== null && facts.accepts(definition.after, call.arguments)) continue;
    if (call.failed) badCallsNowRejected++;
    else {
      goodCallsNowRejected++;
      example ??= call;
    }
  }
  const proof = { callsRevalidated, goodCallsNowRejected, badCallsNowRejected };
  if (example) {
    const args = shorten(JSON.stringify(example.arguments));
    const count =
      goodCallsNowRejected === 1 ? '1 recorded good call' : `${goodCallsNowRejected} recorded good calls`;
    return { proof, harm: `The edit would refuse ${count}, for example ${example.tool}(${args}).` };
  }
  return { proof, harm: renderingHarm(edit, facts.runs) };
}

function renderingHarm(edit: ReplayEdit, runs: readonly Run[]): string | null {
  let broken = 0;
  let reason = '';
  for (const run of runs) {
    const arms = edit.arms(run);
    const failure = run.messages
      .map((message, index) => {
        const after = arms.new.renderMessage(index, message.text);
        return !after.ok && arms.old.renderMessage(index, message.text).ok ? after.reason : null;
      })
      .find((found) => found !== null);
    if (failure == null) continue;
    broken++;
    reason ||= failure;
  }
  if (broken === 0) return null;
  return `The edited text no longer renders for ${broken} of ${runs.length} recorded runs: ${reason}.`;
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
