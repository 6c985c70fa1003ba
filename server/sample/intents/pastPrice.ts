import { apology, call, type Intent, reply, resultOf } from '../action.ts';
import { errs } from '../chance.ts';
import { quoteReach } from '../readings.ts';
import { writeAskedDate } from './askedDate.ts';
import { writeSymbol } from './priceHistory.ts';

/** "What did SIE.DE close at on 3 November?": the tool for it is easily confused with the quote tool. */
export const pastPrice: Intent = {
  name: 'past-price',
  matches: ({ userText }) =>
    /\b(close|closed|closing|stand|stood) (at|price)\b.*\bon (the )?\d/i.test(userText),
  next(situation, chance) {
    const history = situation.steps.find((step) => step.name === 'get_price_history');
    const quote = situation.steps.find((step) => step.name === 'get_quote');
    const done = history ?? quote;
    if (done !== undefined) {
      const { prices, price } = resultOf(done.result);
      const close = Array.isArray(prices) ? (prices as readonly { close?: unknown }[])[0]?.close : price;
      if (close === undefined) return apology(done.result) ?? reply('I found no price for that day.');
      return reply(`It closed at ${String(close)} that day.`);
    }
    const symbol = writeSymbol(situation, chance, 'get_price_history');
    const reach = quoteReach(situation.tools.get('get_quote')?.description ?? '', 'get_price_history');
    const proneShare = { anything: 0.62, 'suggests-now': 0.3, 'now-only': 0.62, always: 0.95 }[reach];
    if (errs(chance, 'quote-for-past', reach !== 'now-only', proneShare)) {
      return call(situation, chance, 'get_quote', { symbol });
    }
    const phrase = /\bon ((?:the )?\d.+?)[.,?!]/i.exec(`${situation.userText}.`)?.[1] ?? '';
    return call(situation, chance, 'get_price_history', {
      symbol,
      from: writeAskedDate(situation, chance, 'get_price_history', 'from', phrase, 'past', 0.5),
      to: writeAskedDate(situation, chance, 'get_price_history', 'to', phrase, 'past', 0.5),
    });
  },
};
