import { SECURITIES } from '../../../server/sample/intents/priceHistory.ts';
import { COUNTRIES } from '../../../server/sample/intents/tax.ts';
import { dressed, futureDate, pick } from './phrases.ts';
import { didExactly, emptyWorld, passIf, type ScenarioKind } from './scenario.ts';
import { closeOn, headlinesAbout, makeTrades, quoteOf, SYMBOLS, taxRate } from './world.ts';

/** Orders, holdings, tax, news and plans: where the prompt leads astray, and much that goes well. */
export const SERVICE_SCENARIOS: readonly ScenarioKind[] = [
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
