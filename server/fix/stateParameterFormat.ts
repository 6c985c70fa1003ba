import type { ToolSource } from '../model/anchor.ts';
import type { Finding } from '../model/finding.ts';
import { applyEdit, type Fix, type SourceEdit } from '../model/fix.ts';
import { editToolDescription } from '../source/editToolDescription.ts';
import {
  contrastWords,
  describeParameter,
  joinDescription,
  parameterClause,
  parameterSentences,
  whyNoSentence,
} from './describeParameter.ts';
import type { CallEvidence, Draft } from './draft.ts';
import { type ErrorBoundary, errorBoundary } from './errorBoundary.ts';
import { type FixContext, splitCalls } from './fixContext.ts';
import { guardEvidence } from './guardEvidence.ts';
import { checkGuards, type GuardHit } from './guards.ts';
import { currentDescription, schemaAt, schemaEnum, schemaFormat } from './parameterSchema.ts';
import { parameterName } from './recordedCalls.ts';
import type { RuleResult } from './ruleResult.ts';
import { schemaDraft, schemaDraftForTool } from './schemaDraft.ts';

export const stateParameterFormatId = 'state-parameter-format';

export function stateParameterFormatApplies(finding: Finding): boolean {
  return (
    (finding.kind === 'invalid-arguments' || finding.kind === 'tool-error') &&
    finding.tool !== null &&
    (finding.anchor.type === 'tool' || finding.anchor.type === 'parameter')
  );
}

/** A tool's description carries the forms of so many parameters at most. */
const maxClauses = 3;

/**
 * Says in the description what the schema demands, or what passing calls did and failing ones did not: the
 * format, the allowed values, an example, and when a call fails.
 */
export function stateParameterFormat(context: FixContext): RuleResult {
  const { finding, tool } = context;
  if (tool === null || !stateParameterFormatApplies(finding)) {
    return refuse('This finding stands on no tool definition.');
  }
  const evidence: CallEvidence = { tool, ...splitCalls(context) };
  const draft = draftFor(context, evidence);
  if (draft === null) return refuse(nothingToRead);
  const boundary = draft.needsBoundary ? errorBoundary(context) : null;
  // The error's own words come from traces; where they trip a guard the rest may still stand.
  const result = toFix(context, tool, draft, boundary);
  return result.ok || boundary === null || draft.sentences.length === 0
    ? result
    : toFix(context, tool, draft, null);
}

const nothingToRead =
  'All failing calls are held out for the verdict, being too few or too alike to halve, so a rule may read none of them.';

/** Null when it would have to rest on failing calls and may read none. */
function draftFor(context: FixContext, evidence: CallEvidence): Draft | null {
  const { finding, parameter } = context;
  const path = parameter !== null && isDeclared(evidence.tool, parameter) ? parameter : null;
  if (finding.kind === 'invalid-arguments') {
    const { signature } = finding;
    const drafted =
      path === null ? schemaDraftForTool(signature, evidence) : schemaDraft(path, signature, evidence);
    if (drafted !== null) return drafted;
    const schema = path === null ? null : schemaAt(evidence.tool.definition, path);
    if (path !== null && (schemaEnum(schema) !== null || schemaFormat(schema) !== null)) {
      return draftForParameter(path, evidence);
    }
  }
  if (evidence.failing.length === 0 && context.failures.length === 0) return null;
  return path === null ? draftForTool(evidence) : draftForParameter(path, evidence);
}

function draftForParameter(path: string, { tool, passing, failing }: CallEvidence): Draft {
  const described = describeParameter(tool.definition, path, passing, failing);
  const sentences = parameterSentences(described, currentDescription(tool.definition, path));
  const name = parameterName(path);
  const what = described.values === null ? 'format' : 'allowed values';
  return {
    parameter: path,
    sentences,
    title: sentences.length === 0 ? `State when ${name} is refused` : `State the ${what} of ${name}`,
    reasons: [contrastWords(described, passing, failing)],
    whyEmpty: whyNoSentence(described),
    needsBoundary: true,
  };
}

/**
 * The failure names no parameter, so the one that tells failing calls from passing ones is looked for. A
 * single one gets the sentence itself, several are described at the tool. Where none differs, forms that
 * all calls share would be noise, and the boundary alone remains.
 */
function draftForTool(evidence: CallEvidence): Draft {
  const { tool, passing, failing } = evidence;
  const { definition } = tool;
  const telling = tool.parameters
    .map(({ path }) => describeParameter(definition, path, passing, failing))
    .filter(({ failingOutside }) => failingOutside >= 2 && failingOutside * 2 >= failing.length);
  const only = telling[0];
  if (telling.length === 1 && only !== undefined) return draftForParameter(only.path, evidence);
  const shown = telling
    .flatMap((item) => {
      const clause = parameterClause(item, definition.description ?? '');
      return clause === null ? [] : [{ item, clause }];
    })
    .slice(0, maxClauses);
  const sentences = shown.length === 0 ? [] : [`Formats: ${shown.map(({ clause }) => clause).join('; ')}.`];
  const none = `No parameter tells the failing calls from the ${passing.length} passing ones, so a description may not help`;
  return {
    parameter: null,
    sentences,
    title:
      sentences.length === 0
        ? `State when ${definition.name} fails`
        : `State the formats that ${definition.name} needs`,
    reasons:
      shown.length === 0
        ? [none]
        : shown.map(({ item }) => `${parameterName(item.path)}: ${contrastWords(item, passing, failing)}`),
    whyEmpty:
      passing.length === 0
        ? 'No passing call of this tool was recorded.'
        : `No parameter tells the ${failing.length} failing calls from the ${passing.length} passing ones.`,
    needsBoundary: true,
  };
}

function toFix(
  context: FixContext,
  tool: ToolSource,
  draft: Draft,
  boundary: ErrorBoundary | null,
): RuleResult {
  const { finding, source } = context;
  const current = currentDescription(tool.definition, draft.parameter);
  const sentences = [...draft.sentences];
  if (boundary !== null && !current.includes(boundary.sentence)) sentences.push(boundary.sentence);
  if (sentences.length === 0) return refuse(draft.whyEmpty);
  const written = editToolDescription(source, tool, draft.parameter, joinDescription(current, sentences));
  if (!written.ok) return refuse(`The file does not take the edit: ${written.reason}.`);
  const hit = guardHit(context, written.edit);
  if (hit !== undefined) return refuse(`A guard forbids the edit. ${hit.detail}`);
  const seen = boundary === null ? '' : ` The error was seen in ${boundary.count} calls.`;
  const fix: Fix = {
    findingId: finding.id,
    strategy: stateParameterFormatId,
    author: 'rule',
    title: draft.title,
    rationale: `${whatWasRead(context)}${draft.reasons.join('; ')}.${seen}`,
    edit: written.edit,
  };
  return { ok: true, fix };
}

function whatWasRead({ failures }: FixContext): string {
  return failures.length === 0
    ? 'No failing call was read (all are held out for the verdict): '
    : 'Seen on the half of the failures that the verdict does not read: ';
}

function refuse(why: string): RuleResult {
  return { ok: false, why };
}

function guardHit(context: FixContext, edit: SourceEdit): GuardHit | undefined {
  return checkGuards({
    before: context.source.text,
    after: applyEdit(context.source.text, edit),
    ...guardEvidence(context),
    names: null,
    author: 'rule',
  })[0];
}

function isDeclared(tool: ToolSource, path: string): boolean {
  return tool.parameters.some((parameter) => parameter.path === path);
}
