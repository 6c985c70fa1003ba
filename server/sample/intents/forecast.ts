import { type Intent, reply } from '../action.ts';
import { errs } from '../chance.ts';
import { allowsSilence } from '../readings.ts';

/** "Will SAP.DE go up next month?" A prompt that forbids an answer and offers none instead gets silence. */
export const forecast: Intent = {
  name: 'forecast',
  matches: ({ userText }) => /\b(go up|go down|rise|fall|forecast|predict)\b/i.test(userText),
  next(situation, chance) {
    if (errs(chance, 'silence', allowsSilence(situation.system), 0.5)) return reply('');
    return reply('I cannot predict prices. I can show you how it did over a period of your choice.');
  },
};
