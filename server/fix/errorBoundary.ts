import type { ToolDefinition } from '../model/run.ts';
import type { FixContext } from './fixContext.ts';
import { declaredParameters } from './parameterSchema.ts';
import { redactText } from './personalValues.ts';
import { traceInjections } from './traceText.ts';

/** When a call fails, in the words of the masked error template. */
export interface ErrorBoundary {
  /** A whole sentence for the description. */
  readonly sentence: string;
  /** Failures that showed it. */
  readonly count: number;
}

/** A message in fewer sessions may be one user's accident. */
const minSessions = 2;

/**
 * Null when too few sessions show the error, or when its text could carry instructions, links or commands
 * from a trace into a file that a model reads.
 */
export function errorBoundary(context: FixContext): ErrorBoundary | null {
  const failures = context.failures.filter(({ failure }) => failure.signature === context.finding.signature);
  if (new Set(failures.map(({ session }) => session)).size < minSessions) return null;
  const template = cleanTemplate(context.finding.signature);
  if (template === '' || traceInjections(template).length > 0) return null;
  const sentence =
    context.finding.kind === 'invalid-arguments'
      ? schemaSentence(template, context.tool?.definition)
      : `Fails with "${template}".`;
  return sentence === null ? null : { sentence, count: failures.length };
}

/** One line, masks shown as an ellipsis, nothing personal, short enough for a description. */
function cleanTemplate(signature: string): string {
  const masked = signature.replace(/\s+/g, ' ').replace(/[<{[](?:[a-z]+|\*|#|…|\.\.\.)[>}\]]/gi, '…');
  const text = redactText(masked.trim())
    .replace(/<[a-z]+-\d+>/g, '…')
    .replace(/["“”]/g, "'")
    .replace(/(?:…\s*){2,}/g, '… ')
    .trim();
  if (text.length <= 100) return text;
  const cut = text.slice(0, 99);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 60)).trimEnd()}…`;
}

/**
 * The detector's rule, `as_of: must match format "date"`, as a sentence that says when a call fails.
 * The names of extra parameters come from failing calls alone, so the declared ones are given instead.
 */
function schemaSentence(template: string, definition: ToolDefinition | undefined): string | null {
  const rule = template.replace(/^[^\s:]+: /, '');
  if (rule === 'is missing') return 'Fails when it is missing.';
  if (rule === 'are not JSON') return 'Fails when the arguments are not JSON.';
  if (rule === 'is not a parameter') {
    const names = definition === undefined ? [] : declaredParameters(definition);
    return names.length === 0 || names.length > 12 ? null : `Accepts no parameters but ${names.join(', ')}.`;
  }
  if (rule.startsWith('must be one of') || rule.startsWith('must be equal to one of'))
    return 'Fails for any other value.';
  const negative = /^must not (have|be) (.+)$/i.exec(rule);
  if (negative !== null) return `Fails when the value ${negative[1] === 'be' ? 'is' : 'has'} ${negative[2]}.`;
  const be = /^must be (.+)$/.exec(rule);
  if (be !== null) return `Fails when the value is not ${be[1]}.`;
  const match = /^must match (.+)$/.exec(rule);
  if (match !== null) return `Fails when the value does not match ${match[1]}.`;
  return `Fails with "${rule}".`;
}
