/**
 * The arguments of a call do not parse, or break the JSON Schema that its tool was offered with.
 * Nothing is coerced, and a name that the schema does not list is wrong only where the schema says
 * `additionalProperties: false`. The first parameter in the way carries the finding. When the trace
 * holds no definitions, the workspace's linked one is used, and the certainty is `likely`.
 *
 * Example: `get_quote({"as_of": "Jan 5"})` where `as_of` has `"format": "date"`.
 *
 * Wrong when: the program behind the tool is more lenient than its schema. A schema that does not
 * compile, or whose pattern is unsafe to run, judges nothing.
 *
 * To fix: say in the parameter's description what the schema demands: format, unit, allowed values,
 * an example, and where the value comes from. If the value was good, correct the schema.
 */

import type { Certainty, Failure } from '../model/failure.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Run, ToolCall } from '../model/run.ts';
import { type ArgumentError, argumentErrors } from './argumentErrors.ts';
import { checkArguments } from './argumentSchema.ts';
import type { DetectContext } from './context.ts';
import { evidenceLine, oneLine, quoted } from './evidenceText.ts';
import { modelCallOf, offeredTools } from './offeredTools.ts';

export function invalidArguments(run: Run, context: DetectContext): Failure[] {
  const toolsOf = offeredTools(run);
  const callOf = modelCallOf(run);
  return run.messages.flatMap((message, messageIndex) => {
    if (message.role !== 'assistant' || message.toolCalls.length === 0) return [];
    // Arguments that were cut, by the recorder or at the output limit, say nothing about the tool.
    if (message.isTruncated) return [];
    const isCut = callOf(messageIndex)?.finishReason === 'length';
    const offered = toolsOf(messageIndex);
    return message.toolCalls.flatMap((call, callIndex): Failure[] => {
      const definition =
        offered === null ? context.linkedTool(call.name) : offered.find((tool) => tool.name === call.name);
      if (definition === undefined || (isCut && !parses(call))) return [];
      const errors = parses(call) ? schemaErrors(call, definition?.parameters ?? null) : [notJson(call)];
      const [first] = errors;
      if (first === undefined) return [];
      const certainty: Certainty = offered === null && parses(call) ? 'likely' : 'certain';
      return [
        {
          kind: 'invalid-arguments',
          message: messageIndex,
          decision: messageIndex,
          toolCallId: call.id,
          toolCallIndex: callIndex,
          tool: call.name,
          parameter: first.parameter === '' ? null : first.parameter,
          evidence: evidenceLine(`${oneLine(call.name, 50)}: ${errors.map(sentence).join('; ')}`),
          blame: 'tool',
          certainty,
          signature: oneLine(`${subject(first)}: ${first.rule}`, 160),
        },
      ];
    });
  });
}

function schemaErrors(call: ToolCall, schema: JsonObject | null): readonly ArgumentError[] {
  if (schema === null) return [];
  const args = givenArguments(call);
  return argumentErrors(checkArguments(schema, args) ?? [], args);
}

function parses(call: ToolCall): boolean {
  return call.argumentsValid || call.argumentsText.trim() === '';
}

/** Providers write "no arguments" as an empty text, `null` or `{}`. */
function givenArguments(call: ToolCall): Json {
  return call.arguments ?? {};
}

function notJson(call: ToolCall): ArgumentError {
  return { parameter: '', rule: 'are not JSON', got: quoted(call.argumentsText, 80) };
}

function sentence(error: ArgumentError): string {
  return `${subject(error)} ${error.rule}${error.got === null ? '' : `, got ${error.got}`}`;
}

function subject(error: ArgumentError): string {
  return error.parameter === '' ? 'arguments' : oneLine(error.parameter, 60);
}
