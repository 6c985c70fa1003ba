import { apology, call, type Intent, reply } from '../action.ts';
import { writeAskedDate } from './askedDate.ts';

/** "Book a review for 12 March at 10:30." */
export const review: Intent = {
  name: 'review',
  matches: ({ userText }) => /\breview\b/i.test(userText),
  next(situation, chance) {
    const done = situation.steps.find((step) => step.name === 'schedule_review');
    const [, phrase = 'Monday', time = '10:00'] =
      /\b(?:for|on) (.+?) at (\d{1,2}:\d{2})/i.exec(situation.userText) ?? [];
    if (done !== undefined) {
      return (
        apology(done.result) ?? reply(`Your review is booked for ${String(done.arguments.date)} at ${time}.`)
      );
    }
    return call(situation, chance, 'schedule_review', {
      account_id: situation.account ?? '',
      date: writeAskedDate(situation, chance, 'schedule_review', 'date', phrase, 'future', 0.5),
      time: time.padStart(5, '0'),
    });
  },
};
