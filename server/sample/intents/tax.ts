import { apology, call, type Intent, reply, resultOf } from '../action.ts';
import { errs } from '../chance.ts';
import { misnamedTool } from '../readings.ts';

export const COUNTRIES: Readonly<Record<string, string>> = {
  Germany: 'DE',
  France: 'FR',
  Ireland: 'IE',
  Spain: 'ES',
  Austria: 'AT',
  Portugal: 'PT',
};

/** "What tax do I pay on dividends in Germany?": a prompt that misnames the tool is taken at its word. */
export const tax: Intent = {
  name: 'tax',
  matches: ({ userText }) => /\btax(es)?\b/i.test(userText),
  next(situation, chance) {
    const done = situation.steps.at(-1);
    if (done !== undefined) {
      const { rate_percent } = resultOf(done.result);
      return apology(done.result) ?? reply(`The rate is ${String(rate_percent)} %.`);
    }
    const country = Object.keys(COUNTRIES).find((name) => situation.userText.includes(name)) ?? '';
    const args = {
      country: COUNTRIES[country] ?? country,
      income: /\bdividend/i.test(situation.userText)
        ? 'dividends'
        : /\binterest\b/i.test(situation.userText)
          ? 'interest'
          : 'capital_gains',
    };
    const misnamed = misnamedTool(situation.system, new Set(situation.tools.keys()), 'tax');
    if (errs(chance, 'misnamed-tax', misnamed !== null, 0.62) && misnamed !== null) {
      return { type: 'call', name: misnamed, arguments: args };
    }
    return call(situation, chance, 'get_tax_rate', args);
  },
};
