import { canonicalJson, type Json } from '../model/json.ts';
import type { Message, ToolCall, ToolDefinition } from '../model/run.ts';
import { sameArguments } from './sameArguments.ts';

/**
 * Null when two messages do the same: the same set of calls, in any order, with the same arguments; or
 * both no call and a text. Else what differs, for a person.
 */
export function actionDifference(
  recorded: Message,
  other: Message,
  definitions: readonly ToolDefinition[],
): string | null {
  if (recorded.toolCalls.length === 0) {
    if (other.toolCalls.length > 0)
      return `calls ${callNames(other)} where the recorded action calls no tool`;
    return other.text.trim() === '' && recorded.text.trim() !== '' ? 'says nothing' : null;
  }
  if (other.toolCalls.length === 0) return `calls no tool instead of ${callNames(recorded)}`;
  if (sortedNames(recorded) !== sortedNames(other)) {
    return `calls ${callNames(other)} instead of ${callNames(recorded)}`;
  }
  const left = [...other.toolCalls];
  for (const call of recorded.toolCalls) {
    const found = left.findIndex((candidate) => sameCall(call, candidate, definitions));
    if (found < 0) return `other arguments for ${call.name}`;
    left.splice(found, 1);
  }
  return null;
}

export function sameCall(
  recorded: ToolCall,
  other: ToolCall,
  definitions: readonly ToolDefinition[],
): boolean {
  if (recorded.name !== other.name) return false;
  if (recorded.arguments === null || other.arguments === null) {
    return recorded.argumentsText === other.argumentsText;
  }
  const schema = definitions.find((definition) => definition.name === recorded.name)?.parameters;
  return sameArguments(recorded.arguments, other.arguments, schema ?? undefined);
}

/** The text by which a call's arguments are looked up in the index. */
export function canonicalArguments(call: ToolCall): string {
  return call.arguments === null ? call.argumentsText : canonicalJson(call.arguments as Json);
}

/** One line: the first call with its arguments, or how the reply begins. At most 160 characters. */
export function describeAction(message: Message): string {
  const [first, ...more] = message.toolCalls;
  const text = first
    ? `${first.name}(${canonicalArguments(first)})${more.length > 0 ? ` and ${more.length} more` : ''}`
    : message.text.trim().replace(/\s+/g, ' ') || '(empty)';
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

function callNames(message: Message): string {
  return message.toolCalls.map((call) => call.name).join(', ');
}

function sortedNames(message: Message): string {
  return message.toolCalls
    .map((call) => call.name)
    .sort()
    .join('\n');
}
