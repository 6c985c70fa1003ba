import type { Json, JsonObject } from '../../../server/model/json.ts';
import { seededRandom } from '../../../server/ports/random.ts';
import { uniform } from '../../../server/sample/chance.ts';
import { SECURITIES } from '../../../server/sample/intents/priceHistory.ts';

export interface Trade {
  readonly date: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly price: number;
}

/** One client's account and the market around it: what the sample's tools answer from. */
export interface World {
  readonly today: string;
  /** Newest first. */
  readonly trades: readonly Trade[];
  readonly holdings: readonly { readonly symbol: string; readonly quantity: number }[];
  /** Orders, reviews and tickets that calls have made. */
  readonly done: JsonObject[];
  /** Times that the status is asked for before the order is filled. */
  pollsUntilFilled: number;
  /** Quotes given so far: prices move between two of them. */
  quotes: number;
}

export const SYMBOLS: readonly string[] = [
  ...SECURITIES.map(({ ticker, suffix }) => `${ticker}.${suffix}`),
  'BP.L',
  'SAP.DE',
  'AIR.PA',
];

const RATES: Readonly<Record<string, number>> = {
  EUR: 1,
  USD: 1.08,
  GBP: 0.85,
  CHF: 0.95,
  JPY: 168.2,
  SEK: 11.3,
};
const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

export function closeOn(symbol: string, date: string): number {
  return round((8 + 90 * uniform(`base|${symbol}`)) * (0.9 + 0.2 * uniform(`close|${symbol}|${date}`)));
}

/** The price at the latest quote. */
export function quoteOf(world: World, symbol: string): number {
  return round(closeOn(symbol, world.today) * (1 + 0.004 * (world.quotes - 1)));
}

export function converted(amount: number, from: string, to: string, date: string): number {
  const rate = (currency: string) =>
    (RATES[currency] ?? 1) * (0.98 + 0.04 * uniform(`rate|${currency}|${date}`));
  return round((amount / rate(from)) * rate(to));
}

export function taxRate(country: string, income: string): number {
  return 15 + Math.floor(uniform(`tax|${country}|${income}`) * 30) / 2;
}

export function headlinesAbout(company: string, today: string): readonly string[] {
  const all = [
    `${company} admits billing error and repays clients`,
    `Analysts call last week's ${company} sell-off an error`,
    `${company} opens a plant in Gdansk`,
    `Failed talks: ${company} walks away from a merger`,
    `${company} keeps its dividend`,
  ];
  const first = Math.floor(uniform(`news|${company}|${today}`) * 6);
  return first === 5 ? [] : [all[first] ?? '', all[(first + 2) % 5] ?? ''];
}

/** What the tool answers, as text. Faulty arguments get what such tools really do: an error, a default, no rows. */
export function runTool(world: World, name: string, args: JsonObject): string {
  const text = (key: string) => (typeof args[key] === 'string' ? args[key] : '');
  const number = (key: string) => (typeof args[key] === 'number' ? args[key] : 0);
  switch (name) {
    case 'get_quote': {
      const symbol = text('symbol');
      if (!SYMBOLS.includes(symbol)) return suffixError(symbol);
      world.quotes += 1;
      return json({ symbol, price: quoteOf(world, symbol), currency: currencyOf(symbol), day: world.today });
    }
    case 'get_price_history': {
      const symbol = text('symbol');
      if (!SYMBOLS.includes(symbol)) return suffixError(symbol);
      const days = daysBetween(text('from'), text('to'), 6);
      return json({
        symbol,
        currency: currencyOf(symbol),
        prices: days.map((date) => ({ date, close: closeOn(symbol, date) })),
      });
    }
    case 'convert_currency': {
      // A currency that the service does not know falls back to euros, a day that it cannot read to today.
      const to = RATES[text('to')] === undefined ? 'EUR' : text('to');
      const day = ISO_DATE.test(text('as_of')) ? text('as_of') : world.today;
      return json({ amount: converted(number('amount'), text('from'), to, day), currency: to, day });
    }
    case 'search_news':
      return json({ headlines: headlinesAbout(text('query'), world.today) });
    case 'get_tax_rate':
      return json({
        country: text('country'),
        income: text('income'),
        rate_percent: taxRate(text('country'), text('income')),
      });
    case 'calculate':
      return json({ value: evaluateGain(text('expression')) });
    case 'get_holdings':
      return json({ account_id: text('account_id'), holdings: world.holdings });
    case 'get_transactions': {
      // A start that is no date matches no row.
      const rows = ISO_DATE.test(text('since'))
        ? world.trades.filter(({ date }) => date >= text('since'))
        : [];
      return json({ count: rows.length, transactions: rows });
    }
    case 'place_order': {
      const until = ISO_DATE.test(text('valid_until')) ? text('valid_until') : null;
      world.done.push({ ...args, valid_until: until });
      return json({
        order_id: `O-${1000 + Math.floor(uniform(JSON.stringify(args)) * 9000)}`,
        status: 'accepted',
        valid_until: until,
      });
    }
    case 'get_order_status':
      world.pollsUntilFilled -= 1;
      return json({
        order_id: text('order_id'),
        status: world.pollsUntilFilled > 0 ? 'pending' : 'filled',
        checks_left: Math.max(0, world.pollsUntilFilled),
      });
    case 'schedule_review':
      world.done.push(args);
      return json({ booked: true, date: text('date'), time: text('time') });
    case 'create_ticket':
      world.done.push(args);
      return json({
        ticket_id: `T-${10000 + Math.floor(uniform(JSON.stringify(args)) * 90000)}`,
        priority: text('priority'),
      });
    default:
      return `Error: there is no tool named ${name}`;
  }
}

/** Trades on seeded days of the past five months, newest first. */
export function makeTrades(seed: number, today: string, count: number, spreadDays: number): readonly Trade[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (): Trade => {
    const symbol = SYMBOLS[Math.floor(random() * SYMBOLS.length)] ?? 'BP.L';
    const date = addDays(today, -Math.floor(random() * spreadDays) - 1);
    return {
      date,
      symbol,
      side: random() < 0.6 ? 'buy' : 'sell',
      quantity: 5 + Math.floor(random() * 90),
      price: closeOn(symbol, date),
    };
  }).sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** First day, last day and evenly spread ones between; empty when a date cannot be read. */
export function daysBetween(from: string, to: string, most: number): readonly string[] {
  if (!ISO_DATE.test(from) || !ISO_DATE.test(to) || from > to) return [];
  const length = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
  const steps = Math.min(most - 1, length);
  return Array.from({ length: steps + 1 }, (_, step) =>
    addDays(from, steps === 0 ? 0 : Math.round((length * step) / steps)),
  );
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function evaluateGain(expression: string): number | null {
  const match = /^(\d+) \* \((\d+(?:\.\d+)?) - (\d+(?:\.\d+)?)\)$/.exec(expression);
  return match === null ? null : round(Number(match[1]) * (Number(match[2]) - Number(match[3])));
}

function suffixError(symbol: string): string {
  return symbol.includes('.')
    ? `Error: symbol "${symbol}" is not listed`
    : `Error: symbol "${symbol}" has no exchange suffix`;
}

function currencyOf(symbol: string): string {
  return symbol.endsWith('.L') ? 'GBP' : symbol.endsWith('.SW') ? 'CHF' : 'EUR';
}

function json(value: Json | object): string {
  return JSON.stringify(value);
}
