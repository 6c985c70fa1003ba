import type { ToolSource } from '../model/anchor.ts';
import type { Finding } from '../model/finding.ts';
import { applyEdit, type Fix, type SourceEdit } from '../model/fix.ts';
import { editToolDescription } from '../source/editToolDescription.ts';
import {
  describeParameter,
  joinDescription,
  type ParameterDescription,
  parameterClause,
  parameterSentences,
  supportWords,
} from './describeParameter.ts';
import { type ErrorBoundary, errorBoundary } from './errorBoundary.ts';
import { type FixContext, splitCalls } from './fixContext.ts';
import { guardEvidence } from './guardEvidence.ts';
import { checkGuards } from './guards.ts';
import { currentDescription } from './parameterSchema.ts';
import { parameterName, type RecordedCall } from './recordedCalls.ts';

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
 * Says in the description what passing calls did and failing ones did not: the format, the allowed values,
 * an example, and when a call fails. Null when the evidence supports no sentence, when the description says
 * it all already, or when a guard forbids it.
 */
export function stateParameterFormat(context: FixContext): Fix | null {
  const { finding, tool } = context;
  if (tool === null || !stateParameterFormatApplies(finding)) return null;
  const evidence: Evidence = { tool, ...splitCalls(context) };
  if (evidence.failing.length === 0 && context.failures.length === 0) return null;
  const boundary = errorBoundary(context);
  const draft =
    context.parameter !== null && isDeclared(tool, context.parameter)
      ? draftForParameter(context.parameter, evidence)
      : draftForTool(evidence);
  // The error's own words come from traces; where they trip a guard the rest may still stand.
  for (const words of boundary === null ? [null] : [boundary, null]) {
    const fix = toFix(context, tool, draft, words);
    if (fix !== null) return fix;
  }
  return null;
}

interface Evidence {
  readonly tool: ToolSource;
  readonly passing: readonly RecordedCall[];
  readonly failing: readonly RecordedCall[];
}

interface Draft {
  /** Null = the tool's own description. */
  readonly parameter: string | null;
  readonly sentences: readonly string[];
  readonly title: string;
  readonly reasons: readonly string[];
}

function draftForParameter(path: string, { tool, passing, failing }: Evidence): Draft {
  const described = describeParameter(tool.definition, path, passing, failing);
  const sentences = parameterSentences(described, currentDescription(tool.definition, path));
  const name = parameterName(path);
  const what = described.values === null ? 'format' : 'allowed values';
  return {
    parameter: path,
    sentences,
    title: sentences.length === 0 ? `State when ${name} is refused` : `State the ${what} of ${name}`,
    reasons: [reasonFor(described, passing, failing)],
  };
}

/**
 * The failure names no parameter, so the one that tells failing calls from passing ones is looked for. A
 * single one gets the sentence itself, several are described at the tool. Where none differs, forms that
 * all calls share would be noise, and the boundary alone remains.
 */
function draftForTool(evidence: Evidence): Draft {
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
  const none = `No parameter tells the failing calls from the ${passing.length} passing ones, so a description may not help.`;
  if (isUnparsed(failing)) sentences.unshift('Arguments are one JSON object.');
  return {
    parameter: null,
    sentences,
    title:
      sentences.length === 0
        ? `State when ${definition.name} fails`
        : `State the formats that ${definition.name} needs`,
    reasons: shown.length === 0 ? [none] : shown.map(({ item }) => reasonFor(item, passing, failing)),
  };
}

function reasonFor(
  described: ParameterDescription,
  passing: readonly RecordedCall[],
  failing: readonly RecordedCall[],
): string {
  const outside = described.failingOutside;
  const contrast =
    failing.length === 0 || (described.format === null && described.values === null)
      ? ''
      : outside === 0
        ? `; the failing calls too (${failing.length}), so this may not be the cause`
        : `; ${outside} of ${failing.length} failing calls do not`;
  return `${parameterName(described.path)}: ${supportWords(described, passing)}${contrast}.`;
}

function toFix(
  context: FixContext,
  tool: ToolSource,
  draft: Draft,
  boundary: ErrorBoundary | null,
): Fix | null {
  const { finding, source } = context;
  const current = currentDescription(tool.definition, draft.parameter);
  const sentences = [...draft.sentences];
  if (boundary !== null && !current.includes(boundary.sentence)) sentences.push(boundary.sentence);
  if (sentences.length === 0) return null;
  const written = editToolDescription(source, tool, draft.parameter, joinDescription(current, sentences));
  if (!written.ok || isBlocked(context, written.edit)) return null;
  const seen = boundary === null ? [] : [`The error was seen in ${boundary.count} calls.`];
  return {
    findingId: finding.id,
    strategy: stateParameterFormatId,
    author: 'rule',
    title: draft.title,
    rationale: [...draft.reasons, ...seen].join(' '),
    edit: written.edit,
  };
}

function isBlocked(context: FixContext, edit: SourceEdit): boolean {
  const hits = checkGuards({
    before: context.source.text,
    after: applyEdit(context.source.text, edit),
    ...guardEvidence(context),
    names: null,
    author: 'rule',
  });
  return hits.length > 0;
}

function isDeclared(tool: ToolSource, path: string): boolean {
  return tool.parameters.some((parameter) => parameter.path === path);
}

function isUnparsed(failing: readonly RecordedCall[]): boolean {
  return failing.length > 0 && failing.every((call) => call.arguments === null);
}
