import type { Certainty, FailureKind } from '../model/failure.ts';

/** What the texts of a finding are made of. */
export interface WordingFacts {
  readonly kind: FailureKind;
  readonly certainty: Certainty;
  readonly affected: number;
  readonly exposed: number;
  readonly tool: string | null;
  readonly parameter: string | null;
  /** The masked template; shown when all runs share it. */
  readonly signature: string;
}

/** Longest text at the end of a line, UTF-16 units. */
export const HINT_LENGTH = 40;

/** One sentence with count and denominator, for Problems and the side panel. */
export function titleOf(facts: WordingFacts): string {
  const count = `${facts.affected} of ${facts.exposed} runs`;
  const tool = facts.tool ?? 'a tool';
  switch (facts.kind) {
    case 'failed-outcome':
      return `${count} that carried this prompt were recorded as failed`;
    case 'invalid-arguments':
      return `${count} that called ${tool} sent bad arguments: ${facts.signature}`;
    case 'tool-error':
      return `${count} that called ${tool} got an error: ${facts.signature.replace(/^error:\s*/i, '')}`;
    case 'unknown-tool':
      // Less than certain means that no list of offered tools was recorded.
      return `${count} called ${tool}, a tool that ${
        facts.certainty === 'certain' ? 'is not offered' : 'no file of the workspace defines'
      }`;
    case 'repeated-call':
      return `${count} that called ${tool} made the same call again`;
    case 'truncated':
      return `${count} were cut off at the output limit`;
    case 'context-overflow':
      return `${count} overflowed the model's context window`;
    case 'empty-response':
      return `${count} ended in an empty response`;
  }
}

/** At most 40 characters, for the end of the line. */
export function hintOf(facts: WordingFacts): string {
  return shortened(`${facts.affected} of ${facts.exposed} runs: ${causeOf(facts)}`, HINT_LENGTH);
}

/** At most `length` UTF-16 units; what is cut ends in an ellipsis and never inside a character. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trimEnd()}…`;
}

/** What went wrong, without counts, for a list that has them in a column of their own. */
export function causeOf(facts: WordingFacts): string {
  switch (facts.kind) {
    case 'failed-outcome':
      return 'failed';
    case 'invalid-arguments':
    case 'tool-error':
      return withoutLead(facts.signature, facts.parameter);
    case 'unknown-tool':
      return `called ${facts.tool ?? '?'}`;
    case 'repeated-call':
      return `repeated ${facts.tool ?? 'a call'}`;
    case 'truncated':
      return 'cut off';
    case 'context-overflow':
      return 'context overflow';
    case 'empty-response':
      return 'empty response';
  }
}

/** Drops what the line itself already says: a leading "Error:" and the parameter's own name. */
function withoutLead(signature: string, parameter: string | null): string {
  let text = signature.replace(/^error:\s*/i, '');
  if (parameter !== null && text.startsWith(`${parameter}: `)) text = text.slice(parameter.length + 2);
  return text;
}
