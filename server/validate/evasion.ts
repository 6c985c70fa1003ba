import type { Failure, FailureKind } from '../model/failure.ts';
import type { Message } from '../model/run.ts';

/** Kinds whose recorded action was a call, so that a call was due. */
const ABOUT_A_CALL = new Set<FailureKind>(['unknown-tool', 'invalid-arguments', 'tool-error']);

/**
 * Ways of not failing by not doing the work; null when the action is none of them.
 *
 * - Where the failure is about a call, an answer without a call evades, with one exception: it asks the
 *   user, and its words name the parameter that was wrong.
 * - Elsewhere an answer without a call evades when it opens by declining.
 *
 * Strict on purpose: an honest answer taken for an evasion costs an edit some credit in both arms alike,
 * an evasion taken for honest would be accepted. Declining is recognised in English only.
 */
export function evasionIn(message: Message, failure: Failure): string | null {
  if (message.toolCalls.length > 0) return null;
  if (ABOUT_A_CALL.has(failure.kind)) {
    return asksForParameter(message.text, failure.parameter) ? null : 'makes no call where one was due';
  }
  return DECLINES.test(message.text.trim()) ? 'declines instead of acting' : null;
}

const DECLINES =
  /^(i['’]?m (very )?sorry|sorry|i apologi[sz]e|unfortunately)?[,.! ]*(but )?(i|we)( am|['’]m| are)? ?(can ?not|can['’]t|unable|not able|won['’]t)\b/i;

const ASKS =
  /[?？]|\b(please|kindly) (provide|share|tell|give|confirm|specify|enter|send)\b|\blet me know\b/i;

function asksForParameter(text: string, parameter: string | null): boolean {
  const name = parameter
    ?.split('/')
    .filter((part) => part !== '*')
    .at(-1);
  if (!name || !ASKS.test(text)) return false;
  const said = new Set(wordsOf(text));
  return text.includes(name) || wordsOf(name).some((word) => said.has(word));
}

/** Words of at least three letters, `camelCase` and `snake_case` taken apart, without a plural s. */
function wordsOf(text: string): string[] {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .map((word) => word.replace(/s$/, ''))
    .filter((word) => word.length >= 3);
}
