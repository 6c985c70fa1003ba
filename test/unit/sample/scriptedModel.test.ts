import { expect, describe as group, it } from 'vitest';
import type { Message, ToolDefinition } from '../../../server/model/run.ts';
import { type ScriptedAnswer, scriptedAnswer } from '../../../server/sample/scriptedModel.ts';

const PROMPT = 'You are an advisor.\n\nToday is 2026-02-10. The account is ACC-100001.';

function message(role: Message['role'], text: string): Message {
  return { role, name: null, text, toolCalls: [], toolCallId: null, isError: null, isTruncated: false };
}

function tool(
  name: string,
  description: string,
  properties: Record<string, object>,
  required = Object.keys(properties),
): ToolDefinition {
  return {
    name,
    description,
    parameters: { type: 'object', properties: properties as never, required },
    strict: null,
  };
}

/** Answers to many different conversations: the n-th one differs in account and numbers only. */
function answers(
  count: number,
  ask: (n: number) => string,
  tools: readonly ToolDefinition[],
  prompt = PROMPT,
): ScriptedAnswer[] {
  return Array.from({ length: count }, (_, n) => {
    const messages = [
      message('system', prompt.replace('ACC-100001', `ACC-${100001 + n}`)),
      message('user', ask(n)),
    ];
    return scriptedAnswer({ messages, tools, parameters: {} }, 0);
  });
}

function argument(answer: ScriptedAnswer, name: string): unknown {
  return answer.ok ? answer.toolCalls[0]?.arguments[name] : undefined;
}

function shareOf(list: readonly ScriptedAnswer[], holds: (answer: ScriptedAnswer) => boolean): number {
  return list.filter(holds).length / list.length;
}

const askTrades = () => 'Which trades did I make since 3 November?';
const tradesTool = (since: string) => [
  tool('get_transactions', 'Trades.', { since: { type: 'string', format: 'date', description: since } }),
];
const isIso = (answer: ScriptedAnswer) => argument(answer, 'since') === '2025-11-03';

group('a date parameter', () => {
  it('is written in a person’s way most of the time when nothing states the format', () => {
    const share = shareOf(answers(300, askTrades, tradesTool('Start of the period.')), isIso);
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.5);
  });

  it.each([
    'Start of the period, YYYY-MM-DD.',
    'Start of the period. Format: date as YYYY-MM-DD, for example 2026-01-05.',
    'First day (ISO 8601).',
    'First day as an ISO date',
    'e.g. 2026-01-05',
    'Year, month and day with dashes: yyyy-mm-dd',
    'RFC 3339 full-date',
  ])('is written right when the description says: %s', (description) => {
    expect(shareOf(answers(300, askTrades, tradesTool(description)), isIso)).toBeGreaterThan(0.92);
  });

  it.each([
    'First day of the period.',
    'The date from which trades are wanted, please be careful.',
    'IMPORTANT: must be right!',
  ])('is not written better when the description only says: %s', (description) => {
    expect(shareOf(answers(300, askTrades, tradesTool(description)), isIso)).toBeLessThan(0.5);
  });

  it('is written in the wrong format when the description asks for that', () => {
    const wrong = (answer: ScriptedAnswer) => argument(answer, 'since') === '03/11/2025';
    expect(shareOf(answers(100, askTrades, tradesTool('As DD/MM/YYYY.')), wrong)).toBeGreaterThan(0.92);
  });

  it('follows a format that the prompt states for all dates, but not the date of today', () => {
    const stated = `${PROMPT}\n\nGive dates to tools as YYYY-MM-DD.`;
    expect(shareOf(answers(200, askTrades, tradesTool('Start.'), stated), isIso)).toBeGreaterThan(0.92);
    const same = shareOf(answers(200, askTrades, tradesTool('Start.'), `${PROMPT} Be careful.`), isIso);
    expect(same).toBeLessThan(0.5);
  });
});

group('an amount of money', () => {
  const codes = ['USD', 'EUR', 'GBP', 'CHF'];
  const convertTool = (to: string, asOf: string) => [
    tool('convert_currency', 'Converts.', {
      amount: { type: 'number', description: 'Amount.' },
      from: { type: 'string', enum: codes, description: 'ISO 4217 code.' },
      to: { type: 'string', enum: codes, description: to },
      as_of: { type: 'string', format: 'date', description: asOf },
    }),
  ];
  const inWords = (n: number) => `How much is ${100 + n} euros in Swiss francs?`;
  const inCodes = (n: number) => `How much is ${100 + n} EUR in CHF?`;
  const iso = 'As YYYY-MM-DD.';

  it.each([
    ['Currency of the result.', 0.2, 0.5],
    ['Currency of the result, as ISO 4217 code.', 0.92, 1],
    ['One of USD, EUR, GBP, CHF.', 0.92, 1],
    ['Allowed values: USD, EUR, GBP, CHF. Fails for any other value.', 0.92, 1],
    ['A three-letter code.', 0.92, 1],
    ['For example EUR.', 0.92, 1],
    ['One of: USD, EUR.', 0.15, 0.5],
  ])('goes into the currency asked for with "%s" in %f to %f of conversations', (description, low, high) => {
    const share = shareOf(
      answers(300, inWords, convertTool(description, iso)),
      (answer) => argument(answer, 'to') === 'CHF',
    );
    expect(share).toBeGreaterThanOrEqual(low);
    expect(share).toBeLessThanOrEqual(high);
  });

  it.each([
    ['Day of the rate.', 0.99, 1],
    ['Day of the rate, YYYY-MM-DD.', 0.99, 1],
    ['Day of the rate. Format: date as YYYY-MM-DD, for example 2026-01-05.', 0.08, 0.3],
    ['Day of the rate, YYYY-MM-DD, for example 2026-01-05; today unless the client names one.', 0.99, 1],
  ])(
    'is of today where no day is named, with "%s" in %f to %f of conversations',
    (description, low, high) => {
      const share = shareOf(
        answers(300, inCodes, convertTool('ISO 4217 code.', description)),
        (answer) => argument(answer, 'as_of') === '2026-02-10',
      );
      expect(share).toBeGreaterThanOrEqual(low);
      expect(share).toBeLessThanOrEqual(high);
    },
  );
});

group('the choice of a tool', () => {
  const symbol = { symbol: { type: 'string', description: 'With exchange suffix.' } };
  const days = {
    from: { type: 'string', description: 'YYYY-MM-DD' },
    to: { type: 'string', description: 'YYYY-MM-DD' },
  };
  const priceTools = (quote: string) => [
    tool('get_quote', quote, symbol),
    tool('get_price_history', 'Prices of a security.', { ...symbol, ...days }),
  ];
  const askPast = (n: number) => `What did BP.L close at on ${1 + (n % 28)} January?`;
  const takesHistory = (answer: ScriptedAnswer) =>
    answer.ok && answer.toolCalls[0]?.name === 'get_price_history';

  it.each([
    ['Price of a security.', 0.2, 0.55],
    ['Latest price of a security.', 0.55, 0.85],
    ['Current price only.', 0.92, 1],
    ['Price now; for a past day use get_price_history.', 0.92, 1],
    ['Price of a security. Not for past dates.', 0.92, 1],
    ['Price. Always use this tool.', 0, 0.2],
  ])(
    'for a past price falls on the history with "%s" in %f to %f of conversations',
    (description, low, high) => {
      const share = shareOf(answers(300, askPast, priceTools(description)), takesHistory);
      expect(share).toBeGreaterThanOrEqual(low);
      expect(share).toBeLessThanOrEqual(high);
    },
  );

  it('shies away from a tool whose description is nothing but warnings', () => {
    const scary =
      'Never for past days. Do not use for closing prices. Must not be used without a symbol. Avoid it.';
    const askNow = (n: number) => `What is BP.L trading at? I ask for the ${n}th time.`;
    const takesQuote = (answer: ScriptedAnswer) => answer.ok && answer.toolCalls[0]?.name === 'get_quote';
    expect(shareOf(answers(300, askNow, priceTools('Price of a security.')), takesQuote)).toBeGreaterThan(
      0.98,
    );
    expect(shareOf(answers(300, askNow, priceTools(scary)), takesQuote)).toBeLessThan(0.75);
  });

  const calculator = [
    tool('calculate', 'Works out an expression.', {
      expression: { type: 'string', description: 'Numbers.' },
    }),
  ];
  const askGain = (n: number) => `I bought ${10 + n} BP.L at 4.10. What is my gain at 4.55?`;
  it.each([
    ['A calculator is among the tools.', 0.2, 0.55],
    ['Always use the calculator.', 0.92, 1],
    ['Work out every amount with `calculate`.', 0.92, 1],
    ['Never do sums in your head.', 0.92, 1],
    ['Be precise.', 0.2, 0.55],
  ])('uses the calculator when the prompt says "%s" in %f to %f of conversations', (sentence, low, high) => {
    const share = shareOf(
      answers(300, askGain, calculator, `${PROMPT}\n\n${sentence}`),
      (answer) => answer.ok && answer.toolCalls.length > 0,
    );
    expect(share).toBeGreaterThanOrEqual(low);
    expect(share).toBeLessThanOrEqual(high);
  });

  const taxTool = [
    tool('get_tax_rate', 'Rate of tax.', { country: { type: 'string' }, income: { type: 'string' } }),
  ];
  it.each([
    ['Look it up with `get_tax_rates`.', 0.2, 0.55],
    ['Look it up with `get_tax_rate`.', 0.98, 1],
    ['Look it up.', 0.98, 1],
  ])(
    'calls the offered tax tool when the prompt says "%s" in %f to %f of conversations',
    (sentence, low, high) => {
      const ask = (n: number) => `What tax do I pay on dividends in Spain? Case ${n}.`;
      const share = shareOf(
        answers(300, ask, taxTool, `${PROMPT}\n\n${sentence}`),
        (answer) => answer.ok && answer.toolCalls[0]?.name === 'get_tax_rate',
      );
      expect(share).toBeGreaterThanOrEqual(low);
      expect(share).toBeLessThanOrEqual(high);
    },
  );
});

group('an answer', () => {
  it.each([
    ['Do not answer questions about where a price will go.', 0.35, 0.7],
    ['Do not answer questions about where a price will go; say that you cannot know.', 0.97, 1],
    ['Decline politely to predict prices.', 0.97, 1],
  ])(
    'to a forecast has words when the prompt says "%s" in %f to %f of conversations',
    (sentence, low, high) => {
      const share = shareOf(
        answers(300, () => 'Will BP.L go up?', [], `${PROMPT}\n\n${sentence}`),
        (answer) => answer.ok && answer.text !== '',
      );
      expect(share).toBeGreaterThanOrEqual(low);
      expect(share).toBeLessThanOrEqual(high);
    },
  );

  it('is cut at the request’s own limit', () => {
    const request = {
      messages: [message('system', `${PROMPT} In full.`), message('user', 'I need a savings plan.')],
      tools: [],
    };
    const reasons = Array.from({ length: 20 }, (_, n) =>
      scriptedAnswer(
        {
          ...request,
          messages: [...request.messages.slice(0, 1), message('user', `I need a savings plan, ${n}.`)],
          parameters: { max_tokens: 100 },
        },
        0,
      ),
    );
    expect(
      reasons.some((answer) => answer.ok && answer.finishReason === 'length' && answer.text.length === 400),
    ).toBe(true);
    const free = scriptedAnswer({ ...request, parameters: {} }, 0);
    expect(free.ok && free.finishReason).toBe('stop');
  });

  it('is refused where the window is full', () => {
    const answer = scriptedAnswer(
      { messages: [message('user', 'x'.repeat(40_000))], tools: [], parameters: {} },
      0,
    );
    expect(answer).toMatchObject({ ok: false, code: 'context_length_exceeded' });
  });

  it('is the same for the same draw and may differ for the next', () => {
    const tools = tradesTool('Start.');
    const messages = [message('system', PROMPT), message('user', askTrades())];
    const draws = Array.from({ length: 200 }, (_, draw) =>
      JSON.stringify(scriptedAnswer({ messages, tools, parameters: {} }, draw)),
    );
    expect(JSON.stringify(scriptedAnswer({ messages, tools, parameters: {} }, 7))).toBe(draws[7]);
    expect(new Set(draws).size).toBeGreaterThan(1);
  });

  it('comes to anything at all: no tool, no system text, broken definitions', () => {
    const strange: ToolDefinition[] = [
      { name: 'get_transactions', description: null, parameters: null, strict: null },
      tool('convert_currency', '', { to: { enum: ['(', '[a'], description: 'one of (' } }),
    ];
    for (const text of [
      '',
      'trades since',
      'Convert 5 euros to',
      'How much is 5 euros in yen?',
      'tax',
      'between and 3',
      'order O-1',
    ]) {
      expect(
        scriptedAnswer({ messages: [message('user', text)], tools: strange, parameters: {} }, 0).ok,
      ).toBe(true);
    }
    expect(scriptedAnswer({ messages: [], tools: [], parameters: {} }, 0).ok).toBe(true);
  });

  it('of an optional parameter copies an example, unless the text says when to leave it out', () => {
    const orderTool = (description: string) => [
      tool(
        'place_order',
        'Order.',
        {
          symbol: { type: 'string' },
          side: { type: 'string' },
          quantity: { type: 'integer' },
          valid_until: { type: 'string', description },
        },
        ['symbol', 'side', 'quantity'],
      ),
    ];
    const ask = (n: number) => `Please buy ${n + 1} BP.L.`;
    const fills = (description: string) =>
      shareOf(
        answers(200, ask, orderTool(description)),
        (answer) => argument(answer, 'valid_until') !== undefined,
      );
    expect(fills('Last day, YYYY-MM-DD.')).toBe(0);
    expect(fills('Last day, for example 2026-03-01.')).toBeGreaterThan(0.5);
    expect(fills('Last day, for example 2026-03-01. Leave out unless the client names one.')).toBe(0);
  });
});
