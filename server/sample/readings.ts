/**
 * What a wording says, as far as the scripted model can read: keyword rules, generous with
 * phrasing, never a check for one exact sentence. A person's own words get the same treatment as
 * a generated edit's.
 */
import type { Json, JsonObject } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';
import type { ToolDefinition } from '../model/run.ts';

export type DateFormat = 'iso' | 'month-first' | 'day-first';

/** The properties of a tool's schema; empty when it has none. */
export function propertiesOf(tool: ToolDefinition): JsonObject {
  const properties = tool.parameters?.properties;
  return isJsonObject(properties) ? properties : {};
}

export function descriptionOf(tool: ToolDefinition, parameter: string): string {
  const schema = propertiesOf(tool)[parameter];
  const description = isJsonObject(schema) ? schema.description : undefined;
  return typeof description === 'string' ? description : '';
}

export function requiredOf(tool: ToolDefinition): ReadonlySet<string> {
  const required: Json | undefined = tool.parameters?.required;
  return new Set(Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []);
}

export function enumOf(tool: ToolDefinition, parameter: string): readonly string[] {
  const schema = propertiesOf(tool)[parameter];
  const values = isJsonObject(schema) ? schema.enum : undefined;
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}

/** Which way of writing dates a description asks for, by a pattern, a standard's name or an example. */
export function statedDateFormat(description: string): DateFormat | null {
  if (/\bmm[/.-]dd[/.-]yy/i.test(description)) return 'month-first';
  if (/\bdd[/.-]mm[/.-]yy/i.test(description)) return 'day-first';
  if (
    /\byyyy-mm-dd\b|%Y-%m-%d|\biso[ -]?(8601|date|format)|\brfc[ -]?3339\b|\bfull-date\b/i.test(description)
  )
    return 'iso';
  if (/\byear[- ,]+month[- ,]+(and )?day\b|\b\d{4}-\d{2}-\d{2}\b/i.test(description)) return 'iso';
  return null;
}

/** The same, said once for all dates in the system prompt. "Today is 2026-01-05" states no format. */
export function statedDateFormatForAll(system: string): DateFormat | null {
  const sentences = system.split(/(?<=[.!?])\s+|\n/).filter((line) => /\bdates?\b/i.test(line));
  return sentences.map(statedDateFormat).find((format) => format !== null) ?? null;
}

/** True when a description tells a listing's exchange belongs to the symbol, in words or by an example. */
export function statesSymbolForm(description: string): boolean {
  return /\bsuffix|\bexchange\b|\bfull(y qualified)? (symbol|ticker)|\b[A-Z]{1,5}\.[A-Z]{1,2}\b/.test(
    description,
  );
}

/** True when a description says that currencies are given as codes: by name, by list or by example. */
export function statesCurrencyCode(description: string, allowed: readonly string[]): boolean {
  if (/\biso[ -]?4217\b|\b(three|3)[- ]letter\b|\bcurrency codes?\b|\bcodes?\b/i.test(description))
    return true;
  return allowed.some((value) => mentions(description, value));
}

/**
 * The values of a closed list (`one of: EUR, USD`), or null when the description closes nothing.
 * Values after "for example" are no list.
 */
export function closedList(description: string, allowed: readonly string[]): readonly string[] | null {
  const list =
    /\b(?:one of|only|must be|allowed(?: values)?|accepts?|valid(?: values)?|values that work|either)\b(.*)/is.exec(
      description,
    )?.[1];
  if (list === undefined) return null;
  const closed = list.split(/\b(?:for example|e\.g\.|such as)/i)[0] ?? '';
  const named = allowed.filter((value) => mentions(closed, value));
  return named.length >= 2 ? named : null;
}

/** The first value that a description gives as an example: a quoted string, a date, a code, a number. */
export function firstExample(description: string): string | null {
  const after = /\b(?:for example|for instance|e\.g\.|eg\.?|such as|examples?:?|like)[:,]?\s+(.*)/is.exec(
    description,
  )?.[1];
  if (after === undefined) return null;
  const match = /^(?:["'`“‘]([^"'`”’]+)["'`”’]|(\d{4}-\d{2}-\d{2})|([A-Z][A-Z0-9.-]+|\d[\d.]*))/.exec(after);
  const value = match?.[1] ?? match?.[2] ?? match?.[3]?.replace(/\.$/, '');
  return value === undefined || value === '' ? null : value;
}

/** True when a description says when to leave an optional parameter out. */
export function saysWhenToLeaveOut(description: string): boolean {
  return (
    /\b(leave (it |this )?(out|empty|blank|unset|off|away)|omit|skip (it|this)|unless|otherwise (none|nothing|null))\b/i.test(
      description,
    ) ||
    /\bonly (set |pass |send |give |use |fill |needed )?(it |this )?(when|if|where|for)\b/i.test(
      description,
    ) ||
    /\b(when|if) (and only if )?the (client|user|customer|person) (names|gives|asks|says|states|wants|mentions|sets|has)\b/i.test(
      description,
    )
  );
}

/** True when a description says what holds where nobody names a value. */
export function saysWhatIsUsual(description: string): boolean {
  return (
    saysWhenToLeaveOut(description) ||
    /\b(today|present day|current (day|date)|otherwise|by default|defaults? to|if none|when none|usually)\b/i.test(
      description,
    )
  );
}

export type QuoteReach = 'anything' | 'suggests-now' | 'now-only' | 'always';

/** For which questions the description of the quote tool lets it be taken. */
export function quoteReach(description: string, historyTool: string): QuoteReach {
  if (
    /\balways (use|call|prefer)\b[^.]*\b(this|get_quote)\b|\buse this (tool )?(first|always)\b/i.test(
      description,
    )
  )
    return 'always';
  if (description.includes(historyTool)) return 'now-only';
  if (
    /\b(not|never|no|n't)\b[^.]{0,50}\b(past|histor\w*|earlier|older|previous|closing|dates?)\b/i.test(
      description,
    )
  )
    return 'now-only';
  if (
    /\bonly\b[^.]{0,40}\b(current|latest|live|now|today|present)\b|\b(current|latest|live|now|today\S*|present)\b[^.]{0,20}\bonly\b/i.test(
      description,
    )
  )
    return 'now-only';
  return /\b(current|latest|live|real[- ]time|now|right now|present)\b/i.test(description)
    ? 'suggests-now'
    : 'anything';
}

/** True when the prompt or the tool's own text demands the calculator, not merely mentions it. */
export function demandsCalculator(system: string, toolDescription: string): boolean {
  const text = `${system}\n${toolDescription}`;
  return (
    /\b(always|must|only|never|every|all|any)\b[^.\n]*\bcalculat(e|or)\b/i.test(text) ||
    /\bcalculat(e|or)\b`?[^.\n]*\b(always|must|every|all|any|never|even|before)\b/i.test(text) ||
    /\b(use|call|with) (the )?`?calculat(e|or)\b/i.test(text) ||
    /\b(never|not|no|n't)\b[^.\n]{0,50}\b(in your head|mental(ly)?|by yourself|yourself|on your own)\b/i.test(
      text,
    )
  );
}

/** True when the prompt asks to look everything up a second time and nothing takes that back. */
export function asksToCheckTwice(system: string): boolean {
  if (
    /\b(not|never|no need to|n't)\b[^.\n]{0,60}\b(twice|again|repeat|second time|double.?check)/i.test(system)
  )
    return false;
  return /\bdouble.?check|\b(check|verify|look|fetch|read)\b[^.\n]{0,50}\b(twice|again|a second time)\b/i.test(
    system,
  );
}

/** True when the prompt forbids an answer, or lets the model go without one, and names nothing to say instead. */
export function allowsSilence(system: string): boolean {
  const forbids =
    /\b(do not|don't|no need to|never) (reply|answer|respond)\b|\bsay nothing\b|\bno reply\b|\bstay silent\b/i;
  const offers =
    /\balways (reply|answer|respond|write)|\bnever (leave|stay silent|send an? empty|end without)|\b(say|tell|explain|state|write|reply|answer|respond) (them |the client |so|politely |that|why|with)|\b(decline|refuse|politely|instead)\b/i;
  const paragraphs = system.split(/\n(?=#)|\n\s*\n/);
  return (
    paragraphs.some((paragraph) => forbids.test(paragraph) && !offers.test(paragraph)) &&
    !/\balways (reply|answer|respond)/i.test(system)
  );
}

/** True when the prompt limits the length of answers. */
export function limitsLength(system: string): boolean {
  return (
    /\b(at most|under|up to|no more than|within|less than|fewer than|maximum( of)?)\s+\w+\s+(words|sentences|lines|paragraphs|tokens|points)\b/i.test(
      system,
    ) || /\b(brief|briefly|concise|concisely|short|succinct|terse)\b/i.test(system)
  );
}

/** A name written like a tool in the prompt that is not offered but holds the given word. */
export function misnamedTool(system: string, offered: ReadonlySet<string>, word: string): string | null {
  const names = system.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? [];
  return names.find((name) => name.includes(word) && !offered.has(name)) ?? null;
}

/** True when the text holds the word and no longer one. */
function mentions(text: string, word: string): boolean {
  const escaped = word.replace(/[^\w\s]/g, '\\$&');
  return word !== '' && new RegExp(`(?<!\\w)${escaped}(?!\\w)`).test(text);
}
