import { apology, call, type Intent, openValue, reply, resultOf } from '../action.ts';
import { type Chance, errs } from '../chance.ts';
import { closedList, descriptionOf, enumOf, statesCurrencyCode } from '../readings.ts';
import type { Situation } from '../situation.ts';
import { writeAskedDate } from './askedDate.ts';

const CODES: readonly (readonly [RegExp, string])[] = [
  [/dollar/i, 'USD'],
  [/euro/i, 'EUR'],
  [/pound/i, 'GBP'],
  [/franc/i, 'CHF'],
  [/yen/i, 'JPY'],
  [/kron/i, 'SEK'],
];

const CURRENCY = '(?:[A-Z]{3}|(?:[A-Za-z]+ )?(?:dollars?|euros?|pounds?|francs?|yen|kron(?:a|or)))';
const ASKED = new RegExp(`(\\d[\\d,.]*) (${CURRENCY})\\b.*?\\b(?:in|into|to) (${CURRENCY})\\b`);

/** "How much is 1,250 dollars in Swiss francs?", with or without the day of the rate. */
export const convertCurrency: Intent = {
  name: 'convert-currency',
  matches: ({ userText }) => ASKED.test(userText),
  next(situation, chance) {
    const done = situation.steps.find((step) => step.name === 'convert_currency');
    if (done !== undefined) {
      const { amount, currency } = resultOf(done.result);
      return apology(done.result) ?? reply(`That comes to ${String(amount)} ${String(currency)}.`);
    }
    const [, amount = '', from = '', to = ''] = ASKED.exec(situation.userText) ?? [];
    const day = /\b(?:rate of|rate on|as of|as at) (.+?)(?:[.,?!]|$)/i.exec(situation.userText)?.[1];
    return call(situation, chance, 'convert_currency', {
      amount: Number(amount.replaceAll(',', '')),
      from: writeCurrency(situation, chance, 'from', from),
      to: writeCurrency(situation, chance, 'to', to),
      as_of:
        day === undefined
          ? openValue(situation, chance, 'convert_currency', 'as_of', situation.today ?? 'today')
          : writeAskedDate(situation, chance, 'convert_currency', 'as_of', day, 'past', 0.66),
    });
  },
};

/**
 * A code that the user wrote stays. Words become a code where the description speaks of codes, and
 * stay words in prone conversations where it does not. A closed list that lacks the code misleads
 * most conversations to its first value.
 */
function writeCurrency(situation: Situation, chance: Chance, parameter: string, words: string): string {
  const code = CODES.find(([pattern]) => pattern.test(words))?.[1] ?? words;
  const tool = situation.tools.get('convert_currency');
  if (tool === undefined) return code;
  const description = `${descriptionOf(tool, parameter)} ${tool.description ?? ''}`;
  const allowed = enumOf(tool, parameter);
  const list = closedList(description, allowed);
  if (list !== null && !list.includes(code) && chance.leaning('outside-list') < 0.7) return list[0] ?? code;
  if (/^[A-Z]{3}$/.test(words)) return words;
  const isVague = !statesCurrencyCode(description, allowed) && tool.strict !== true;
  if (!errs(chance, `currency:${parameter}`, isVague, 0.66)) return code;
  return words.trim().toLowerCase().split(' ').at(-1) ?? words;
}
