import { apology, call, type Intent, reply, resultOf } from '../action.ts';
import { errs } from '../chance.ts';
import { demandsCalculator } from '../readings.ts';

/** "I bought 37 shares at 41.20. What is my gain at 44.95?" */
export const gain: Intent = {
  name: 'gain',
  matches: ({ userText }) => /\bbought \d+\b.*\bat [\d.]+.*\bat [\d.]+/i.test(userText),
  next(situation, chance) {
    const done = situation.steps.find((step) => step.name === 'calculate');
    if (done !== undefined) {
      const { value } = resultOf(done.result);
      return apology(done.result) ?? reply(`Your gain would be ${Number(value).toFixed(2)}.`);
    }
    const [, shares = '0', bought = '0', sold = '0'] =
      /\bbought (\d+)\b.*?\bat (\d+(?:\.\d+)?).*?\bat (\d+(?:\.\d+)?)/i.exec(situation.userText) ?? [];
    const demanded = demandsCalculator(situation.system, situation.tools.get('calculate')?.description ?? '');
    if (!errs(chance, 'mental-arithmetic', !demanded, 0.62)) {
      return call(situation, chance, 'calculate', { expression: `${shares} * (${sold} - ${bought})` });
    }
    // Off by a carried digit, as sums done in the head are.
    const exact = Number(shares) * (Number(sold) - Number(bought));
    const slip = [10, -1, 0.9, -0.3][Math.floor(chance.leaning('carry') * 4)] ?? 1;
    return reply(`Your gain would be ${(exact + slip).toFixed(2)}.`);
  },
};
