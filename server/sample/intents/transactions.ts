import { apology, call, type Intent, reply, resultOf } from '../action.ts';
import { writeAskedDate } from './askedDate.ts';

/** "Which trades did I make since 3 November?" */
export const transactions: Intent = {
  name: 'transactions',
  matches: ({ userText }) => /\b(trades?|transactions?)\b/i.test(userText),
  next(situation, chance) {
    const done = situation.steps.find((step) => step.name === 'get_transactions');
    if (done === undefined) {
      const asked =
        /\bsince (.+?)(?: on\b|[.,?!]|$)/i.exec(situation.userText) ??
        /\bfrom (.+?) (?:on|onwards)\b/i.exec(situation.userText);
      const phrase = asked?.[1] ?? 'last month';
      return call(situation, chance, 'get_transactions', {
        account_id: situation.account ?? '',
        since: writeAskedDate(situation, chance, 'get_transactions', 'since', phrase, 'past', 0.64),
      });
    }
    const { count, transactions: rows } = resultOf(done.result);
    const failed = apology(done.result);
    if (failed !== null) return failed;
    if (count === 0) return reply('There were no trades on your account in that period.');
    const newest = Array.isArray(rows) ? rows.slice(0, 3).map(describeTrade).join('; ') : '';
    return reply(`I found ${String(count)} trades in that period. The latest: ${newest}.`);
  },
};

function describeTrade(row: unknown): string {
  const { side, quantity, symbol, date } = row as Record<string, unknown>;
  return `${String(side)} ${String(quantity)} ${String(symbol)} on ${String(date)}`;
}
