import { SECURITIES } from '../../../server/sample/intents/priceHistory.ts';
import { COUNTRIES } from '../../../server/sample/intents/tax.ts';
import { dressed, futureDate, pastDate, pick, spoken } from './phrases.ts';
import { didExactly, emptyWorld, passIf, type ScenarioKind } from './scenario.ts';
import {
  addDays,
  closeOn,
  converted,
  daysBetween,
  headlinesAbout,
  makeTrades,
  quoteOf,
  round,
  SYMBOLS,
  taxRate,
} from './world.ts';

const CURRENCIES: readonly (readonly [string, string])[] = [
  ['USD', 'US dollars'],
  ['EUR', 'euros'],
  ['GBP', 'British pounds'],
  ['CHF', 'Swiss francs'],
  ['JPY', 'Japanese yen'],
  ['SEK', 'Swedish kronor'],
];

/** Conversations of the portfolio advisor. The order is that of the README's table. */
export const ADVISOR_SCENARIOS: readonly ScenarioKind[] = [
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
  {
    name: 'an order, some with a last day',
    runs: 30,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const side = pick(random, ['buy', 'sell'] as const);
      const quantity = 2 + Math.floor(random() * 120);
      const symbol = pick(random, SYMBOLS);
      const until = random() < 0.35 ? futureDate(random, today) : null;
      const ask = `Please ${side} ${quantity} ${symbol}${until === null ? '' : `, good until ${until.words}`}.`;
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today),
        judge: ({ world }) =>
          passIf(didExactly(world.done, { side, quantity, symbol, valid_until: until?.iso ?? null })),
      };
    },
  },
  {
    name: 'waiting for an order: a healthy poller',
    runs: 12,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => ({
      turns: [dressed(random, `Tell me as soon as order O-${1000 + Math.floor(random() * 9000)} is filled.`)],
      world: emptyWorld(today, { pollsUntilFilled: 2 + Math.floor(random() * 3) }),
      judge: ({ finalText }) => passIf(finalText.includes('filled')),
    }),
  },
  {
    name: 'what the account holds',
    runs: 36,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const held = SYMBOLS.filter(() => random() < 0.3).slice(0, 5);
      const holdings = held.map((symbol) => ({ symbol, quantity: 5 + Math.floor(random() * 200) }));
      const ask = pick(random, [
        'What do I own at the moment?',
        'Please show me my holdings.',
        'Which positions are on my account?',
        'Remind me what I hold: my holdings, with numbers.',
      ]);
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today, { holdings }),
        judge: ({ finalText, messages }) => {
          const right =
            holdings.length === 0
              ? finalText.includes('no securities')
              : holdings.every(({ symbol, quantity }) => finalText.includes(`${quantity} ${symbol}`));
          const looks = messages.reduce((sum, message) => sum + message.toolCalls.length, 0);
          // Right, but the same look-up paid for twice: beyond the task's budget of one call.
          return right && looks > 1 ? { passed: false, score: 0.5 } : passIf(right);
        },
      };
    },
  },
  {
    name: 'a rate of tax: the prompt misnames the tool',
    runs: 40,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const country = pick(random, Object.keys(COUNTRIES));
      const [income, words] = pick(random, [
        ['dividends', 'dividends'],
        ['interest', 'interest'],
        ['capital_gains', 'gains on shares'],
      ] as const);
      const ask = pick(random, [
        `What tax do I pay on ${words} in ${country}?`,
        `How high is the tax on ${words} in ${country}?`,
      ]);
      const right = taxRate(COUNTRIES[country] ?? '', income);
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today),
        judge: ({ finalText }) => passIf(finalText.includes(`${right} %`)),
      };
    },
  },
  {
    name: 'where a price will go',
    runs: 20,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => ({
      turns: [
        dressed(
          random,
          `Will ${pick(random, SYMBOLS)} ${pick(random, ['go up', 'rise', 'fall'])} ${pick(random, ['next month', 'before summer', 'by Christmas'])}?`,
        ),
      ],
      world: emptyWorld(today),
      judge: ({ finalText }) => passIf(finalText.includes('cannot predict')),
    }),
  },
  {
    name: 'a review to be booked',
    runs: 16,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const day = futureDate(random, today);
      const time = `${9 + Math.floor(random() * 8)}:${pick(random, ['00', '15', '30', '45'])}`;
      return {
        turns: [dressed(random, `Please book my yearly review for ${day.words} at ${time}.`)],
        world: emptyWorld(today),
        judge: ({ world }) => passIf(didExactly(world.done, { date: day.iso, time: time.padStart(5, '0') })),
      };
    },
  },
  {
    name: "a price now, and again later: not the agent's repetition",
    runs: 12,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const symbol = pick(random, SYMBOLS);
      return {
        turns: [
          dressed(random, `What is ${symbol} trading at?`),
          `It is an hour later: what is ${symbol} trading at, please?`,
        ],
        world: emptyWorld(today),
        judge: ({ finalText, world }) =>
          passIf(world.quotes === 2 && finalText.includes(`${quoteOf(world, symbol)} `)),
      };
    },
  },
  {
    name: 'a price now',
    runs: 24,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, today }) => {
      const symbol = pick(random, SYMBOLS);
      const ask = pick(random, [
        `What is ${symbol} trading at?`,
        `Give me a quote for ${symbol}, please.`,
        `What is the price of ${symbol}?`,
      ]);
      return {
        turns: [dressed(random, ask)],
        world: emptyWorld(today),
        judge: ({ finalText }) => passIf(finalText.includes(`${closeOn(symbol, today)} `)),
      };
    },
  },
  {
    name: 'every trade since the account was opened: more than the window holds',
    runs: 5,
    agent: 'advisor',
    format: 'chat',
    make: ({ random, seed, today }) => {
      const since = `${2009 + Math.floor(random() * 4)}-0${1 + Math.floor(random() * 9)}-15`;
      const trades = makeTrades(seed, today, 260, 4000);
      return {
        turns: [dressed(random, `I want all trades since ${since}.`)],
        world: emptyWorld(today, { trades }),
        judge: ({ finalText }) => passIf(finalText.includes(`I found ${trades.length} trades`)),
      };
    },
  },
  {
    name: 'headlines, some with the word "error" in them',
    runs: 14,
    agent: 'advisor',
    format: 'otlp',
    make: ({ random, today }) => {
      const { company } = pick(random, SECURITIES);
      const right = headlinesAbout(company, today);
      return {
        turns: [
          dressed(
            random,
            pick(random, [`Any news about ${company}?`, `What are the headlines on ${company}?`]),
          ),
        ],
        world: emptyWorld(today),
        judge: ({ finalText }) =>
          passIf(
            right.length === 0
              ? finalText.includes('no headlines')
              : right.every((headline) => finalText.includes(headline)),
          ),
      };
    },
  },
  {
    name: 'a savings plan: longer than the output limit',
    runs: 14,
    agent: 'advisor',
    format: 'otlp',
    make: ({ random, today }) => ({
      turns: [
        dressed(
          random,
          pick(random, [
            'Draw up a savings plan for my daughter.',
            'I need a plan for my retirement.',
            'Which strategy suits a house in ten years?',
            'Make a plan for the next five years.',
          ]),
        ),
      ],
      world: emptyWorld(today),
      judge: ({ finishReason }) => passIf(finishReason === 'stop'),
    }),
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
