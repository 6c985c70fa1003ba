import type { Json } from '../model/json.ts';
import type { ToolDefinition } from '../model/run.ts';
import { chooseExample, closedValues, exampleText } from './chooseExample.ts';
import { schemaAt, schemaEnum, schemaFormat } from './parameterSchema.ts';
import { countSessions, parameterName, type RecordedCall, valuesAt } from './recordedCalls.ts';
import { type ParameterSummary, summarizeParameter } from './summarizeParameter.ts';
import type { ValueFormat } from './valueFormats.ts';

/** What can be said of one parameter, and how well the recorded calls bear it out. */
export interface ParameterDescription {
  readonly path: string;
  /** From passing calls, else from the schema; null when nothing narrower than text is known. */
  readonly format: ValueFormat | null;
  readonly example: string | null;
  readonly values: { readonly list: readonly string[]; readonly from: 'schema' | 'calls' } | null;
  readonly summary: ParameterSummary;
  /** Failing calls that give a value of another form, or leave out what every passing call gives. */
  readonly failingOutside: number;
}

/** Passing calls below this show a habit of few users, not a format. */
const support = { calls: 5, sessions: 3 };

/** A schema's enum longer than this would drown the description that carries it. */
const maxListedEnum = 20;

export function describeParameter(
  definition: ToolDefinition,
  path: string,
  passing: readonly RecordedCall[],
  failing: readonly RecordedCall[],
): ParameterDescription {
  const summary = summarizeParameter(passing, path);
  const schema = schemaAt(definition, path);
  const isSupported = summary.callsWithValue >= support.calls && summary.sessions >= support.sessions;
  const observed = isSupported ? summary.format : null;
  const format = observed ?? schemaFormat(schema);
  // Arguments that do not parse leave nothing out: nobody can tell what they held.
  const failingValues = failing.flatMap((call) =>
    call.arguments === null ? [] : [valuesAt(call.arguments, path)],
  );
  // The text "45" is not the number 45: only a failing value of the right form rules an example out.
  const seenFailing = new Set(
    failingValues
      .flat()
      .filter((value) => format === null || format.matches(value))
      .map(exampleText),
  );
  const fitting = summary.distinct.filter(({ value }) => format?.matches(value) ?? false);
  const members = schemaEnum(schema)?.map(exampleText) ?? null;
  const isOutside = (value: Json) =>
    members === null ? format !== null && !format.matches(value) : !members.includes(exampleText(value));
  return {
    path,
    format,
    // A form that the schema names needs few calls for its example, but no call, no example.
    example: format === null || fitting.length === 0 ? null : chooseExample(fitting, format, seenFailing),
    values: listedValues(members, isSupported ? summary : null),
    summary,
    failingOutside: failingValues.filter((values) =>
      values.length === 0 ? isSupported && summary.presence === 'always' : values.some(isOutside),
    ).length,
  };
}

function listedValues(
  members: readonly string[] | null,
  supported: ParameterSummary | null,
): ParameterDescription['values'] {
  if (members !== null) return members.length > maxListedEnum ? null : { list: members, from: 'schema' };
  const list = supported === null ? null : closedValues(supported);
  return list === null ? null : { list, from: 'calls' };
}

/** The sentences for a description, without those that it already says. */
export function parameterSentences(described: ParameterDescription, current: string): readonly string[] {
  const sentences: string[] = [];
  const { format, example, values } = described;
  if (values !== null) {
    if (!values.list.every((value) => current.includes(value))) {
      const lead = values.from === 'schema' ? 'Allowed values' : 'Values that work';
      sentences.push(`${lead}: ${values.list.join(', ')}.`);
    }
  } else if (format !== null && !says(current, format.words)) {
    sentences.push(`Format: ${format.words}${example === null ? '' : `, for example ${example}`}.`);
  }
  return sentences;
}

/** One clause for a tool's description: `date: date as YYYY-MM-DD, for example 2026-01-05`. */
export function parameterClause(described: ParameterDescription, current: string): string | null {
  const { format, example, values, path } = described;
  if (values !== null)
    return says(current, values.list.join(', ')) ? null : `${path}: one of ${values.list.join(', ')}`;
  if (format === null || says(current, `${path}: ${format.words}`)) return null;
  return `${path}: ${format.words}${example === null ? '' : `, for example ${example}`}`;
}

/** `3 of 3 failing calls lack this form, all 48 passing calls (31 sessions) have it`, for the rationale. */
export function contrastWords(
  described: ParameterDescription,
  passing: readonly RecordedCall[],
  failing: readonly RecordedCall[],
): string {
  const { values, failingOutside: outside } = described;
  const kept = supportWords(described, passing, failing.length === 0 ? 'this form' : 'it');
  if (failing.length === 0 || (described.format === null && values === null)) return kept;
  if (outside === 0) {
    return `none of the ${failing.length} failing calls differs in this, so it may not be the cause; ${kept}`;
  }
  const lack = values === null ? 'lack this form' : 'give another value';
  return `${outside} of ${failing.length} failing calls ${lack}, ${kept}`;
}

function supportWords(
  described: ParameterDescription,
  passing: readonly RecordedCall[],
  form: string,
): string {
  const { summary, values, format } = described;
  if (values?.from === 'schema') return 'the schema lists the allowed values';
  if (values !== null)
    return `all ${summary.callsWithValue} passing calls use one of ${values.list.length} values`;
  if (format === null) return 'passing calls show no common form';
  if (format !== summary.format) return `the schema demands ${form}`;
  const which =
    summary.callsWithValue === passing.length
      ? `all ${passing.length} passing calls`
      : `all ${summary.callsWithValue} of ${passing.length} passing calls that give it`;
  return `${which} (${countSessions(passing)} sessions) have ${form}`;
}

/** Why the calls gave no sentence on a parameter. */
export function whyNoSentence(described: ParameterDescription): string {
  const { path, format, values, summary } = described;
  const name = parameterName(path);
  if (values !== null) return statedAlready(`${values.list.join(', ')}.`);
  if (format !== null) return statedAlready(`${format.words}.`);
  if (summary.calls === 0) return 'No passing call of this tool was recorded.';
  if (summary.callsWithValue === 0) return `No passing call gives ${name}.`;
  if (summary.callsWithValue < support.calls || summary.sessions < support.sessions) {
    const found = `${summary.callsWithValue} in ${summary.sessions} sessions`;
    return `Too few passing calls give ${name}: ${found}; a form needs ${support.calls} in ${support.sessions}.`;
  }
  return `Passing calls have no common form at ${name}.`;
}

/** Existing text kept word for word, the new sentences after it. */
export function joinDescription(current: string, sentences: readonly string[]): string {
  const added = sentences.join(' ');
  if (current.trim() === '') return added;
  if (/\s$/.test(current)) return current + added;
  return `${current}${/[.!?:;]$/.test(current) ? ' ' : '. '}${added}`;
}

/** For a person who asked for an edit that would say nothing new. */
export function statedAlready(sentence: string): string {
  return `The description states this already: ${sentence}`;
}

/** True when a text holds a phrase, whatever its case, spaces and quotes. */
export function says(current: string, phrase: string): boolean {
  const normalise = (text: string) => text.toLowerCase().replace(/[\s"'`]+/g, ' ');
  const pattern = /YYYY-MM-DD(?:Thh:mm:ssZ?)?/.exec(phrase)?.[0];
  return normalise(current).includes(normalise(pattern ?? phrase));
}
