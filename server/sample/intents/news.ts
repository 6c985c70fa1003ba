import { apology, call, type Intent, reply, resultOf } from '../action.ts';
import { SECURITIES } from './priceHistory.ts';

/** "Any news about Shell?" Headlines may well hold the word "error". */
export const news: Intent = {
  name: 'news',
  matches: ({ userText }) => /\b(news|headlines)\b/i.test(userText),
  next(situation, chance) {
    const done = situation.steps.find((step) => step.name === 'search_news');
    if (done === undefined) {
      const company = SECURITIES.find((security) => situation.userText.includes(security.company))?.company;
      return call(situation, chance, 'search_news', { query: company ?? situation.userText.slice(0, 40) });
    }
    const { headlines } = resultOf(done.result);
    const list = Array.isArray(headlines) ? headlines.filter((headline) => typeof headline === 'string') : [];
    if (list.length === 0) return apology(done.result) ?? reply('I found no headlines this week.');
    return reply(`This week's headlines: ${list.join('; ')}.`);
  },
};
