import type { Json } from '../model/json.ts';
import { chooseExample, exampleText } from './chooseExample.ts';
import { describeParameter, parameterSentences, says, statedAlready } from './describeParameter.ts';
import type { CallEvidence, Draft } from './draft.ts';
import { currentDescription, declaredParameters, schemaAt, schemaEnum } from './parameterSchema.ts';
import { countSessions, parameterName, type RecordedCall, valuesAt } from './recordedCalls.ts';
import { isRequired, type SchemaForm, schemaForm, schemaNames, schemaRule } from './schemaDemand.ts';
import { summarizeParameter } from './summarizeParameter.ts';
import { inferFormat } from './valueFormats.ts';

/**
 * The draft where today's schema itself names what a call broke: the schema says what to state, and passing
 * calls, however few, only supply the example. Null where it does not, and for allowed values and known
 * formats, whose words the calls give too.
 */
export function schemaDraft(path: string, signature: string, evidence: CallEvidence): Draft | null {
  const { definition } = evidence.tool;
  const rule = schemaRule(signature);
  const form = schemaForm(definition, path);
  const current = currentDescription(definition, path);
  const name = parameterName(path);
  if (rule === 'is missing') {
    if (!isRequired(definition, path)) return null;
    return {
      parameter: path,
      sentences: /\brequired\b/i.test(current)
        ? []
        : ['Required.', ...formForMissing(path, form, current, evidence)],
      title: `State that ${name} is required`,
      reasons: [reasonMissing(path, evidence)],
      whyEmpty: statedAlready('Required.'),
      needsBoundary: false,
    };
  }
  if (form === null || !schemaNames(definition, path, rule)) return null;
  if (isListed(path, evidence) || (form.isKnownFormat && rule.startsWith('must match format'))) return null;
  return {
    parameter: path,
    sentences: says(current, form.words) ? [] : [formSentence(path, form, evidence)],
    title: `State the format of ${name}`,
    reasons: [reasonForm(path, form, evidence)],
    whyEmpty: statedAlready(`${form.words}.`),
    needsBoundary: false,
  };
}

function isListed(path: string, { tool }: CallEvidence): boolean {
  return schemaEnum(schemaAt(tool.definition, path)) !== null;
}

/** A tool called with a name it does not have, or with something that is no JSON; null for all else. */
export function schemaDraftForTool(signature: string, evidence: CallEvidence): Draft | null {
  const { definition } = evidence.tool;
  const current = definition.description ?? '';
  const rule = schemaRule(signature);
  const draft = (sentence: string, title: string, reason: string): Draft => ({
    parameter: null,
    sentences: says(current, sentence) ? [] : [sentence],
    title,
    reasons: [reason],
    whyEmpty: statedAlready(sentence),
    needsBoundary: false,
  });
  const read = evidence.failing.length;
  const share = read === 0 ? 'the failing calls' : `${read} of ${read} failing calls`;
  if (rule === 'are not JSON') {
    const reason = `${share} send arguments that do not parse`;
    return draft('Arguments are one JSON object.', `State how ${definition.name} is called`, reason);
  }
  if (rule !== 'is not a parameter') return null;
  const names = declaredParameters(definition);
  const isNested = signature.slice(0, signature.indexOf(': ')).includes('/');
  if (isNested || names.length === 0 || names.length > maxNames) {
    const what = isNested
      ? 'The name that the schema does not know stands inside another parameter'
      : `The tool has ${names.length} parameters`;
    const why = `${what}, so a short sentence cannot list the allowed names.`;
    return { ...draft('', '', ''), sentences: [], whyEmpty: why };
  }
  const reason = `${share} use a name that the schema does not list`;
  const sentence = `Accepts no parameters but ${names.join(', ')}.`;
  return draft(sentence, `State the parameters of ${definition.name}`, reason);
}

/** More names than this would drown the description that carries them. */
const maxNames = 12;

/** Plain text says nothing to someone who left the parameter out; what the calls show may. */
function formForMissing(
  path: string,
  form: SchemaForm | null,
  current: string,
  evidence: CallEvidence,
): readonly string[] {
  if (form === null || form.isBare || form.isKnownFormat || isListed(path, evidence)) {
    const described = describeParameter(evidence.tool.definition, path, evidence.passing, evidence.failing);
    return parameterSentences(described, current);
  }
  return says(current, form.words) ? [] : [formSentence(path, form, evidence)];
}

function formSentence(path: string, form: SchemaForm, evidence: CallEvidence): string {
  const example = formExample(path, form, evidence);
  return `${form.words}${example === null ? '' : `, for example ${example}`}.`;
}

/** Out of passing calls that keep to the schema, made up only where those may not be shown; else null. */
function formExample(path: string, form: SchemaForm, { passing, failing }: CallEvidence): string | null {
  const distinct = summarizeParameter(passing, path).distinct.filter(({ value }) => form.matches(value));
  const format = inferFormat(distinct.map(({ value }) => value));
  if (format === null) return null;
  // The text "45" is not the number 45: only a failing value of the right form rules an example out.
  const seen = failing.flatMap((call) => valuesAt(call.arguments, path)).filter(form.matches);
  const example = chooseExample(distinct, format, new Set(seen.map(exampleText)));
  if (example === null || distinct.some(({ value }) => exampleText(value) === example)) return quote(example);
  const made: Json = typeof distinct[0]?.value === 'string' ? example : (JSON.parse(example) as Json);
  return !form.hasPattern && form.matches(made) ? quote(example) : null;

  /** Digits that are text need their quotes to say so. */
  function quote(text: string | null): string | null {
    return text !== null && typeof distinct[0]?.value === 'string' && /^[\d.]+$/.test(text)
      ? `"${text}"`
      : text;
  }
}

function reasonForm(path: string, form: SchemaForm, { passing, failing }: CallEvidence): string {
  const given = passing.map((call) => valuesAt(call.arguments, path)).filter((values) => values.length > 0);
  const good = given.filter((values) => values.every(form.matches)).length;
  const kept =
    given.length === 0
      ? 'no passing call was recorded'
      : `${good === given.length ? `all ${good}` : `${good} of ${given.length}`} passing calls (${countSessions(passing)} sessions) keep to it`;
  const broken =
    failing.length === 0
      ? 'the schema demands this form'
      : `${failing.length} of ${failing.length} failing calls break what the schema demands`;
  return `${broken}, ${kept}`;
}

function reasonMissing(path: string, { passing, failing }: CallEvidence): string {
  const lacks = (call: RecordedCall) => valuesAt(call.arguments, path).length === 0;
  const given = passing.filter((call) => !lacks(call)).length;
  const left =
    failing.length === 0
      ? 'the schema requires it'
      : `${failing.filter(lacks).length} of ${failing.length} failing calls leave it out`;
  return `${left}, ${given} of ${passing.length} passing calls (${countSessions(passing)} sessions) give it`;
}
