import { expect, describe as group, it } from 'vitest';
import { canonicalJson } from '../../../server/model/json.ts';
import type { ScriptedAnswer } from '../../../server/sample/scriptedModel.ts';
import {
  type Decision,
  decisionsWhere,
  describe,
  type Grade,
  runs,
  simulateReplay,
} from './simulatedReplay.ts';

const ISO = /^\d{4}-\d{2}-\d{2}$/;

function badlyCalled(tool: string, parameter: string, good: RegExp) {
  const value = (call: { readonly arguments: unknown }) =>
    String((call.arguments as Record<string, unknown>)[parameter]);
  return {
    neighbours: tool,
    failing: decisionsWhere((call) => call.name === tool && !good.test(value(call))),
    gradeFailing: (answer: ScriptedAnswer): Grade => {
      const call = answer.ok ? answer.toolCalls[0] : undefined;
      return call?.name === tool && good.test(value(call)) ? 'pass' : 'fail';
    },
  };
}

/** A tool that failed is judged by the call: only a call with a recorded good result counts as fixed. */
function failedTool(tool: string) {
  const results = (isGood: boolean) =>
    runs.flatMap(({ run }) =>
      run.messages.flatMap(({ toolCalls }) =>
        toolCalls.filter(
          (call) =>
            call.name === tool &&
            isGood !==
              run.messages.some((each) => each.toolCallId === call.id && each.text.startsWith('Error')),
        ),
      ),
    );
  const good = new Set(results(true).map((call) => canonicalJson(call.arguments)));
  const failed = new Set(results(false).map((call) => call.id));
  return {
    neighbours: tool,
    failing: decisionsWhere((call) => failed.has(call.id)),
    gradeFailing: (answer: ScriptedAnswer, { run, message }: Decision): Grade => {
      const call = answer.ok ? answer.toolCalls[0] : undefined;
      if (call === undefined) return 'fail';
      const text = canonicalJson(call.arguments);
      if (text === canonicalJson(run.run.messages[message]?.toolCalls[0]?.arguments ?? null)) return 'fail';
      return good.has(text) ? 'pass' : 'diverged';
    },
  };
}

// The texts are those that the rule-written strategy writes for the sample's findings.
group('offered fixes, replayed', () => {
  it('accept: the format of a date that clients name', () => {
    const edit = describe(
      'get_transactions',
      'since',
      (current) =>
        `${current} Format: date as YYYY-MM-DD, for example 2026-01-05. Fails when the value does not match format 'date'.`,
    );
    expect(simulateReplay({ edit, ...badlyCalled('get_transactions', 'since', ISO) })).toMatchObject({
      result: 'accept',
      newlyFailing: 0,
      broken: 0,
    });
  });

  it('accept: the allowed values of a currency', () => {
    const edit = describe(
      'convert_currency',
      'to',
      (current) => `${current} Allowed values: USD, EUR, GBP, CHF, JPY, SEK. Fails for any other value.`,
    );
    expect(simulateReplay({ edit, ...badlyCalled('convert_currency', 'to', /^[A-Z]{3}$/) }).result).toBe(
      'accept',
    );
  });

  it('reject: an example date that is copied where clients name no day', () => {
    const edit = describe(
      'convert_currency',
      'as_of',
      (current) =>
        `${current} Format: date as YYYY-MM-DD, for example 2026-02-05. Fails when the value does not match format 'date'.`,
    );
    const verdict = simulateReplay({ edit, ...badlyCalled('convert_currency', 'as_of', ISO) });
    expect(verdict.result).toBe('reject');
    expect(verdict.fixed).toBeGreaterThan(verdict.failing / 2);
    expect(verdict.broken).toBeGreaterThan(10);
  });

  it('inconclusive: better symbols whose results nobody recorded', () => {
    const edit = describe(
      'get_price_history',
      'symbol',
      (current) =>
        `${current} Format: ticker in upper case with the suffix of its exchange, for example PHIA.AS.`,
    );
    const verdict = simulateReplay({ edit, ...failedTool('get_price_history') });
    expect(verdict.result).toBe('inconclusive');
    expect(verdict.diverged).toBeGreaterThan(verdict.failing / 2);
  });
});

group('edits that a person might type, replayed', () => {
  it('accept: the format and what holds where nobody names a day', () => {
    const edit = describe(
      'convert_currency',
      'as_of',
      () => 'Day of the rate as YYYY-MM-DD, e.g. 2026-02-05. Use today unless the client names a day.',
    );
    expect(simulateReplay({ edit, ...badlyCalled('convert_currency', 'as_of', ISO) }).result).toBe('accept');
  });

  it('inconclusive: other words that say no more', () => {
    const edit = describe(
      'get_transactions',
      'since',
      () => 'The first day from which on trades are listed.',
    );
    const verdict = simulateReplay({ edit, ...badlyCalled('get_transactions', 'since', ISO) });
    expect(verdict).toMatchObject({ result: 'inconclusive', broken: 0 });
  });

  it('reject: a closed list that leaves out what clients ask for', () => {
    const edit = describe('convert_currency', 'to', (current) => `${current} One of EUR, USD.`);
    expect(simulateReplay({ edit, ...badlyCalled('convert_currency', 'to', /^[A-Z]{3}$/) }).result).toBe(
      'reject',
    );
  });

  it('accept: a prompt that names the tax tool rightly', () => {
    const verdict = simulateReplay({
      edit: { system: (text) => text.replace('get_tax_rates', 'get_tax_rate') },
      failing: decisionsWhere((call) => call.name === 'get_tax_rates'),
      gradeFailing: (answer) => (answer.ok && answer.toolCalls[0]?.name === 'get_tax_rate' ? 'pass' : 'fail'),
      neighbours: 'get_tax_rate',
    });
    expect(verdict.result).toBe('accept');
  });
});
