import type { JsonObject } from '../../model/json.ts';
import { apology, call, type Intent, reply, resultOf } from '../action.ts';
import { writeAskedDate } from './askedDate.ts';

/** "Buy 40 SAP.DE, good until the end of the month." The expiry is optional. */
export const order: Intent = {
  name: 'order',
  matches: ({ userText }) => /\b(buy|sell) (me )?\d+/i.test(userText),
  next(situation, chance) {
    const done = situation.steps.find((step) => step.name === 'place_order');
    if (done !== undefined) {
      const { order_id, valid_until } = resultOf(done.result);
      const until = typeof valid_until === 'string' ? `, valid until ${valid_until}` : '';
      return apology(done.result) ?? reply(`Done: order ${String(order_id)} is with the exchange${until}.`);
    }
    const [, side = 'buy', quantity = '0', symbol = ''] =
      /\b(buy|sell) (?:me )?(\d+)\b.*?\b([A-Z]{1,5}\.[A-Z]{1,2})\b/i.exec(situation.userText) ?? [];
    const phrase = /\b(?:good|valid|open) (?:until|till) (.+?)(?:[.,?!]|$)/i.exec(situation.userText)?.[1];
    const expiry: JsonObject =
      phrase === undefined
        ? {}
        : {
            valid_until: writeAskedDate(
              situation,
              chance,
              'place_order',
              'valid_until',
              phrase,
              'future',
              0.66,
            ),
          };
    return call(situation, chance, 'place_order', {
      account_id: situation.account ?? '',
      symbol: symbol.toUpperCase(),
      side: side.toLowerCase(),
      quantity: Number(quantity),
      ...expiry,
    });
  },
};
