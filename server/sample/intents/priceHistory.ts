import { apology, call, type Intent, reply, resultOf } from '../action.ts';
import { type Chance, errs } from '../chance.ts';
import { descriptionOf, statesSymbolForm } from '../readings.ts';
import type { Situation } from '../situation.ts';
import { writeAskedDate } from './askedDate.ts';

/** Company names as clients say them, with ticker and listing. */
export const SECURITIES: readonly {
  readonly company: string;
  readonly ticker: string;
  readonly suffix: string;
}[] = [
  { company: 'Vodafone', ticker: 'VOD', suffix: 'L' },
  { company: 'Shell', ticker: 'SHEL', suffix: 'L' },
  { company: 'Unilever', ticker: 'ULVR', suffix: 'L' },
  { company: 'Siemens', ticker: 'SIE', suffix: 'DE' },
  { company: 'Allianz', ticker: 'ALV', suffix: 'DE' },
  { company: 'Bayer', ticker: 'BAYN', suffix: 'DE' },
  { company: 'Danone', ticker: 'BN', suffix: 'PA' },
  { company: 'Michelin', ticker: 'ML', suffix: 'PA' },
  { company: 'Heineken', ticker: 'HEIA', suffix: 'AS' },
  { company: 'Philips', ticker: 'PHIA', suffix: 'AS' },
  { company: 'Novartis', ticker: 'NOVN', suffix: 'SW' },
  { company: 'Iberdrola', ticker: 'IBE', suffix: 'MC' },
];

/** "How did Vodafone do between 5 January and 2 February?" */
export const priceHistory: Intent = {
  name: 'price-history',
  matches: ({ userText }) => /\bbetween .+ and (the )?\d/i.test(userText),
  next(situation, chance) {
    const done = situation.steps.find((step) => step.name === 'get_price_history');
    if (done !== undefined) {
      const { prices } = resultOf(done.result);
      const rows = Array.isArray(prices) ? (prices as readonly { close?: unknown }[]) : [];
      if (rows.length === 0) return apology(done.result) ?? reply('There are no prices for that period.');
      return reply(
        `It went from ${String(rows[0]?.close)} to ${String(rows.at(-1)?.close)} over that period.`,
      );
    }
    const [, from = '', to = ''] = /\bbetween (.+?) and (.+?)[.,?!]/i.exec(`${situation.userText}.`) ?? [];
    return call(situation, chance, 'get_price_history', {
      symbol: writeSymbol(situation, chance, 'get_price_history'),
      from: writeAskedDate(situation, chance, 'get_price_history', 'from', from, 'past', 0.5),
      to: writeAskedDate(situation, chance, 'get_price_history', 'to', to, 'past', 0.5),
    });
  },
};

/** The symbol of the security that the user named: a full one as it stands, else by company name. */
export function writeSymbol(situation: Situation, chance: Chance, toolName: string): string {
  const given = /\b[A-Z]{1,5}\.[A-Z]{1,2}\b/.exec(situation.userText)?.[0];
  if (given !== undefined) return given;
  const security = SECURITIES.find(({ company }) => situation.userText.includes(company));
  if (security === undefined)
    return situation.userText.split(' ').find((word) => /^[A-Z]{2,}$/.test(word)) ?? '';
  const tool = situation.tools.get(toolName);
  const states =
    tool !== undefined && statesSymbolForm(`${descriptionOf(tool, 'symbol')} ${tool.description ?? ''}`);
  if (!errs(chance, `symbol:${toolName}`, !states, 0.64)) return `${security.ticker}.${security.suffix}`;
  return chance.leaning('symbol-style') < 0.7 ? security.ticker : security.company.toLowerCase();
}
