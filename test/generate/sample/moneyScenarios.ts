import { SECURITIES } from '../../../server/sample/intents/priceHistory.ts';
import { dressed, pastDate, pick, spoken } from './phrases.ts';
import { emptyWorld, passIf, type ScenarioKind } from './scenario.ts';
import { addDays, closeOn, converted, daysBetween, makeTrades, round, SYMBOLS } from './world.ts';

const CURRENCIES: readonly (readonly [string, string])[] = [
  ['USD', 'US dollars'],
  ['EUR', 'euros'],
  ['GBP', 'British pounds'],
  ['CHF', 'Swiss francs'],
  ['JPY', 'Japanese yen'],
  ['SEK', 'Swedish kronor'],
];

/** Trades, amounts and prices: where the words of a tool or the lack of a calculator lead astray. */
export const MONEY_SCENARIOS: readonly ScenarioKind[] = [
  {
    name: 'trades since a day that is named in words',
    runs: 72,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, seed, today }) => {
      const since = pastDate(random, today);
      const recent = {
        ...(makeTrades(seed, today, 1, 5)[0] as ReturnType<typeof makeTrades>[number]),
        date: addDays(today, -1),
      };
      const trades = [recent, ...makeTrades(seed + 1, today, 2 + Math.floor(random() * 4), 150)].sort(
        (a, b) => (a.date < b.date ? 1 : -1),
      );
      const count = trades.filter(({ date }) => date >= since.iso).length;
      const ask = pick(random, [
        'Which trades did I make since',
        'Please list my transactions since',
        'Show me every trade on the account since',
        'I need all transactions since',
      ]);
      return {
        turns: [dressed(random, `${ask} ${since.words}.`)],
        world: emptyWorld(today, { trades }),
        judge: ({ finalText }) => passIf(finalText.includes(`I found ${count} trades`)),
      };
    },
  },
  {
    name: 'trades on a quiet account: an empty list, rightly',
    runs: 10,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => ({
      turns: [
        dressed(random, `Were there any trades since ${addDays(today, -4 - Math.floor(random() * 20))}?`),
      ],
      world: emptyWorld(today),
      judge: ({ finalText }) => passIf(finalText.includes('no trades')),
    }),
  },
  {
    name: 'amounts in currencies that are named in words',
    runs: 66,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const [from, fromWords] = pick(random, CURRENCIES);
      const [to, toWords] = pick(
        random,
        CURRENCIES.filter(([code]) => code !== from && code !== 'EUR'),
      );
      const amount = 50 + Math.floor(random() * 4000);
      const ask = pick(random, [
        `How much is ${amount} ${fromWords} in ${toWords}?`,
        `Please convert ${amount} ${fromWords} into ${toWords}.`,
        `What do ${amount} ${fromWords} come to in ${toWords}?`,
      ]);
      const right = converted(amount, from, to, today);
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today),
        judge: ({ finalText }) => passIf(finalText.includes(`${right} ${to}`)),
      };
    },
  },
  {
    name: 'amounts in currency codes at the rate of a named day',
    runs: 62,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const day = spoken(random, addDays(today, -5 - Math.floor(random() * 90)));
      const { from, to, amount } = codedAmount(random);
      const right = converted(amount, from, to, day.iso);
      const ask = pick(random, [
        `How much is ${amount} ${from} in ${to} at the rate of ${day.words}?`,
        `Please convert ${amount} ${from} into ${to}, as of ${day.words}.`,
      ]);
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today),
        judge: ({ finalText }) => passIf(finalText.includes(`${right} ${to}`)),
      };
    },
  },
  {
    name: 'amounts in currency codes with no day named',
    runs: 78,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const { from, to, amount } = codedAmount(random);
      const right = converted(amount, from, to, today);
      const ask = pick(random, [
        `How much is ${amount} ${from} in ${to}?`,
        `Please convert ${amount} ${from} into ${to}.`,
        `${amount} ${from} in ${to}, please.`,
      ]);
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today),
        judge: ({ finalText }) => passIf(finalText.includes(`${right} ${to}`)),
      };
    },
  },
  {
    name: 'prices between two days of a company that is named',
    runs: 60,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const { company, ticker, suffix } = pick(random, SECURITIES);
      const from = spoken(random, addDays(today, -40 - Math.floor(random() * 50)));
      const to = spoken(random, addDays(today, -3 - Math.floor(random() * 30)));
      const symbol = `${ticker}.${suffix}`;
      const days = daysBetween(from.iso, to.iso, 6);
      const right = `from ${closeOn(symbol, days[0] ?? '')} to ${closeOn(symbol, days.at(-1) ?? '')}`;
      const ask = pick(random, [
        `How did ${company} do between ${from.words} and ${to.words}?`,
        `What happened to ${company} between ${from.words} and ${to.words}?`,
      ]);
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today),
        judge: ({ finalText }) => passIf(finalText.includes(right)),
      };
    },
  },
  {
    name: 'the price of a past day: two tools that are easily confused',
    runs: 26,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const symbol = pick(random, SYMBOLS);
      const day = spoken(random, addDays(today, -5 - Math.floor(random() * 80)));
      const ask = pick(random, [
        `What did ${symbol} close at on ${day.words}?`,
        `At which price did ${symbol} stand? I mean where it closed at on ${day.words}.`,
      ]);
      const right = closeOn(symbol, day.iso);
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today),
        judge: ({ finalText }) => passIf(finalText.includes(`at ${right} `)),
      };
    },
  },
  {
    name: 'a gain to be worked out',
    runs: 26,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const shares = 11 + Math.floor(random() * 300);
      const bought = round(10 + random() * 60);
      const sold = round(bought * (1.02 + random() * 0.3));
      const symbol = pick(random, SYMBOLS);
      const right = round(shares * (sold - bought)).toFixed(2);
      const ask = pick(random, [
        `I bought ${shares} ${symbol} at ${bought.toFixed(2)}. What is my gain if I let them go at ${sold.toFixed(2)}?`,
        `I bought ${shares} shares of ${symbol} at ${bought.toFixed(2)} and could part with them at ${sold.toFixed(2)}. What would I make?`,
      ]);
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today),
        judge: ({ finalText }) => passIf(finalText.includes(` ${right}.`)),
      };
    },
  },
];

function codedAmount(random: () => number): {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
} {
  const [from] = pick(random, CURRENCIES);
  const [to] = pick(
    random,
    CURRENCIES.filter(([code]) => code !== from),
  );
  return { from, to, amount: 50 + Math.floor(random() * 4000) };
}
