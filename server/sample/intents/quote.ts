import { apology, call, type Intent, reply, resultOf } from '../action.ts';
import { errs } from '../chance.ts';
import { writeSymbol } from './priceHistory.ts';

/** "What is BP.L trading at now?" */
export const quote: Intent = {
  name: 'quote',
  matches: ({ userText }) => /\b(trading at|price of|quote for|and now)\b/i.test(userText),
  next(situation, chance) {
    const done = situation.steps.find(
      (step) => step.name === 'get_quote' || step.name === 'get_price_history',
    );
    if (done !== undefined) {
      const { price, currency, prices } = resultOf(done.result);
      if (price !== undefined) return reply(`It trades at ${String(price)} ${String(currency)}.`);
      const last = Array.isArray(prices)
        ? (prices as readonly { close?: unknown }[]).at(-1)?.close
        : undefined;
      return last === undefined
        ? (apology(done.result) ?? reply('I found no price.'))
        : reply(`It last closed at ${String(last)}.`);
    }
    const symbol = writeSymbol(situation, chance, 'get_quote');
    // A description full of warnings scares the model off the tool even where it is the right one.
    const description = situation.tools.get('get_quote')?.description ?? '';
    const warnings = description.match(/\b(not|never|avoid|don't|must|warning)\b/gi)?.length ?? 0;
    const isScared = warnings >= 3 || description.length > 600;
    if (errs(chance, 'scared-off-quote', isScared, isScared ? 0.4 : 0) && situation.today !== null) {
      return call(situation, chance, 'get_price_history', {
        symbol,
        from: situation.today,
        to: situation.today,
      });
    }
    return call(situation, chance, 'get_quote', { symbol });
  },
};
