import type { Json, JsonObject } from '../model/json.ts';
import type { ToolDefinition } from '../model/run.ts';
import type { Chance } from './chance.ts';
import {
  descriptionOf,
  firstExample,
  propertiesOf,
  requiredOf,
  saysWhatIsUsual,
  saysWhenToLeaveOut,
} from './readings.ts';
import type { Situation } from './situation.ts';

/** What the scripted model does next. */
export type Action =
  | { readonly type: 'call'; readonly name: string; readonly arguments: JsonObject }
  | { readonly type: 'reply'; readonly text: string };

/** One thing that clients ask for, and how the model goes about it. */
export interface Intent {
  readonly name: string;
  readonly matches: (situation: Situation) => boolean;
  readonly next: (situation: Situation, chance: Chance) => Action;
}

export function reply(text: string): Action {
  return { type: 'reply', text };
}

/**
 * A call of an offered tool. Parameters that its schema does not know are dropped; a tool that is
 * not offered is not called. Once in a great while the model asks back instead.
 */
export function call(situation: Situation, chance: Chance, name: string, args: JsonObject): Action {
  const tool = situation.tools.get(name);
  if (tool === undefined)
    return reply('I am sorry, I have no tool for that here. A colleague will come back to you.');
  if (chance.happens(`ask-back:${name}`, 0.00005))
    return reply('Could you confirm that I should go ahead with this?');
  const known = propertiesOf(tool);
  const kept = Object.entries(args).filter(
    ([key]) => Object.hasOwn(known, key) || Object.keys(known).length === 0,
  );
  return {
    type: 'call',
    name,
    arguments: { ...Object.fromEntries(kept), ...needlessArguments(tool, args, chance) },
  };
}

/**
 * Optional parameters that nobody asked for, filled from their description's own example. Models
 * copy examples: an optional parameter that shows a concrete value and does not say when to leave
 * it out gets that value in most of the conversations that name none.
 */
function needlessArguments(tool: ToolDefinition, given: JsonObject, chance: Chance): JsonObject {
  const required = requiredOf(tool);
  const copied: [string, Json][] = [];
  for (const [parameter, schema] of Object.entries(propertiesOf(tool))) {
    if (required.has(parameter) || Object.hasOwn(given, parameter)) continue;
    const description = descriptionOf(tool, parameter);
    const example = firstExample(description);
    if (example === null || saysWhenToLeaveOut(description)) continue;
    const isInclined = chance.leaning(`copy:${tool.name}/${parameter}`) < 0.85;
    if (!chance.happens(`copy:${tool.name}/${parameter}`, isInclined ? 0.97 : 0.001)) continue;
    const type = typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : 'string';
    const asNumber = Number(example);
    copied.push([
      parameter,
      (type === 'integer' || type === 'number') && !Number.isNaN(asNumber) ? asNumber : example,
    ]);
  }
  return Object.fromEntries(copied);
}

/**
 * The value for a required parameter that the user left open: what is usual, unless the description
 * shows a concrete example and does not say what is usual. Then most of such conversations
 * get the example itself.
 */
export function openValue(
  situation: Situation,
  chance: Chance,
  toolName: string,
  parameter: string,
  usual: string,
): string {
  const tool = situation.tools.get(toolName);
  const description = tool === undefined ? '' : descriptionOf(tool, parameter);
  const example = firstExample(description) ?? /\b\d{4}-\d{2}-\d{2}\b/.exec(description)?.[0] ?? null;
  if (example === null || saysWhatIsUsual(description)) return usual;
  const isInclined = chance.leaning(`copy:${toolName}/${parameter}`) < 0.85;
  return chance.happens(`copy:${toolName}/${parameter}`, isInclined ? 0.97 : 0.001) ? example : usual;
}

/** A tool's answer as JSON object; empty when it is none. */
export function resultOf(text: string | null): { readonly [key: string]: Json } {
  try {
    const value: Json = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}

/** The apology after a failed tool; null when it did not fail. */
export function apology(text: string | null): Action | null {
  return text !== null && /^error\b/i.test(text)
    ? reply('I am sorry, I could not look that up just now. Please try again later.')
    : null;
}
