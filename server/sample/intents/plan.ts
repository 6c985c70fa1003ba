import { type Intent, reply } from '../action.ts';
import { errs } from '../chance.ts';
import { limitsLength } from '../readings.ts';

const STEPS: readonly string[] = [
  'First, we write down what you spend in a usual year, line by line, so that the target rests on your life and not on a rule of thumb.',
  'Second, we keep six months of that spending in cash, because shares sold in a bad month are sold for good.',
  'Third, we divide the rest between shares and bonds by the years that remain, and I will show how each share moves the outcome.',
  'Fourth, we spread the shares over regions and sectors with broad funds, and I explain the cost of each of them in turn.',
  'Fifth, we set a day each quarter on which you pay in, whatever the market does, and I go through three past decades to show why.',
  'Sixth, we look at the tax on each account and decide which of them to fill first, with the reasons for every choice.',
  'Seventh, we put the whole in one page, name the signs on which we would change it, and go over it once a year together.',
];

/** "Draw up a savings plan for me": long unless the prompt sets a limit. Cut at the request's own limit. */
export const plan: Intent = {
  name: 'plan',
  matches: ({ userText }) => /\b(plan|strategy)\b/i.test(userText),
  next(situation, chance) {
    const isLong = errs(chance, 'long-plan', !limitsLength(situation.system), 0.6);
    return reply((isLong ? STEPS : STEPS.slice(0, 3).map((step) => step.split(',')[0] ?? step)).join(' '));
  },
};
