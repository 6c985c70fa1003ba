import type { Json } from '../model/json.ts';
import type { ToolCall } from '../model/run.ts';
import { parseJson } from './parseJson.ts';

/**
 * A call in the one form that all formats share. Arguments arrive as a JSON string or as a value; a
 * string that does not parse is kept as it is (a finding later, no import error); an empty one means `{}`.
 */
export function toolCallFrom(id: string | null, name: string, given: Json | undefined): ToolCall {
  if (typeof given === 'string') {
    if (given.trim() === '') return { id, name, argumentsText: given, arguments: {}, argumentsValid: true };
    const parsed = parseJson(given);
    return {
      id,
      name,
      argumentsText: given,
      arguments: parsed.ok ? parsed.value : null,
      argumentsValid: parsed.ok,
    };
  }
  if (given === undefined || given === null) {
    return { id, name, argumentsText: '', arguments: {}, argumentsValid: true };
  }
  return { id, name, argumentsText: JSON.stringify(given), arguments: given, argumentsValid: true };
}
