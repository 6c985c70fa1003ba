import { addedCues } from './assertiveCues.ts';
import { changedLineCount } from './changedLines.ts';
import { failingOnlyTerms } from './failingOnlyTerms.ts';
import { removedPolicyLines } from './policyLines.ts';
import { traceInjections } from './traceText.ts';

/**
 * Edits that may not pass however they score. On a generated edit a finding of any guard blocks; on a
 * person's own edit it is a warning and never changes a verdict.
 */
export type GuardId =
  | 'failing-only-terms'
  | 'assertive-cue'
  | 'too-many-lines'
  | 'removed-policy'
  | 'trace-injection'
  | 'renamed';

export interface GuardHit {
  readonly guard: GuardId;
  /** One sentence for a person. */
  readonly detail: string;
}

export interface GuardInput {
  /** Whole file before and after. */
  readonly before: string;
  readonly after: string;
  /** Texts of the failing samples that the author of the edit may have seen. */
  readonly failingTexts: readonly string[];
  /** Everything else that explains a word: passing samples, the error template. The file counts by itself. */
  readonly otherTexts: readonly string[];
  /** Tool names and `tool/parameter` paths before and after; null when the edit cannot touch them. */
  readonly names: { readonly before: readonly string[]; readonly after: readonly string[] } | null;
  /** A person may link to their own pages; a generated edit brings no link at all. */
  readonly author: 'rule' | 'model' | 'person';
}

export const maxChangedLines = 12;

export function checkGuards(input: GuardInput): readonly GuardHit[] {
  const hits: GuardHit[] = [];
  const add = (guard: GuardId, detail: string) => hits.push({ guard, detail });

  const terms = failingOnlyTerms(input);
  if (terms.length > 0) {
    add('failing-only-terms', `Names what only failing samples contain: ${list(terms)}.`);
  }
  const cues = addedCues(input.before, input.after);
  if (cues.length > 0) add('assertive-cue', `Pushes instead of describing: ${list(cues)}.`);
  const lines = changedLineCount(input.before, input.after);
  if (lines > maxChangedLines) {
    add('too-many-lines', `Changes ${lines} lines; at most ${maxChangedLines} can be judged by replay.`);
  }
  const policy = removedPolicyLines(input.before, input.after);
  if (policy.length > 0) add('removed-policy', `Takes out a safety or policy line: ${list(policy)}.`);
  const injected = addedInjections(input);
  if (injected.length > 0) add('trace-injection', `Brings in ${list(injected)}.`);
  const renamed = missingNames(input);
  if (renamed.length > 0) add('renamed', `Renames or drops ${list(renamed)}.`);
  return hits;
}

function addedInjections(input: GuardInput): readonly string[] {
  const before = traceInjections(input.before).map(({ text }) => text);
  const traces = [...input.failingTexts, ...input.otherTexts].join('\n').toLowerCase();
  return traceInjections(input.after)
    .filter(({ text }) => !before.includes(text))
    .filter(({ text }) => input.author !== 'person' || traces.includes(text.toLowerCase()))
    .map(({ what, text }) => `a ${what} "${text}"`);
}

function missingNames(input: GuardInput): readonly string[] {
  if (input.names === null) return [];
  const after = new Set(input.names.after);
  return input.names.before.filter((name) => !after.has(name));
}

function list(items: readonly string[]): string {
  const shown = items.slice(0, 5).map((item) => (item.length > 80 ? `${item.slice(0, 79)}…` : item));
  return items.length > 5 ? `${shown.join(', ')} and ${items.length - 5} more` : shown.join(', ');
}
