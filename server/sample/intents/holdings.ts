import { apology, call, type Intent, reply, resultOf } from '../action.ts';
import { errs } from '../chance.ts';
import { asksToCheckTwice } from '../readings.ts';

/** "What do I own at the moment?": a prompt that asks to double-check makes the model look twice. */
export const holdings: Intent = {
  name: 'holdings',
  matches: ({ userText }) => /\b(holdings|positions|do I (own|hold))\b/i.test(userText),
  next(situation, chance) {
    const done = situation.steps.filter((step) => step.name === 'get_holdings');
    const last = done.at(-1);
    const again = done.length === 1 && errs(chance, 'look-twice', asksToCheckTwice(situation.system), 0.6);
    if (last === undefined || again)
      return call(situation, chance, 'get_holdings', { account_id: situation.account ?? '' });
    const { holdings: rows } = resultOf(last.result);
    const list = Array.isArray(rows) ? (rows as readonly { quantity?: unknown; symbol?: unknown }[]) : [];
    if (list.length === 0) return apology(last.result) ?? reply('Your account holds no securities.');
    return reply(
      `You hold ${list.map((row) => `${String(row.quantity)} ${String(row.symbol)}`).join(', ')}.`,
    );
  },
};
