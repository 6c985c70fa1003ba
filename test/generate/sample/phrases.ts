import type { Random } from '../../../server/ports/random.ts';
import { addDays } from './world.ts';

/** A date as a client says it, and what is meant. */
export interface SaidDate {
  readonly words: string;
  readonly iso: string;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const OPENERS = [
  '',
  'Good morning.',
  'Hello there.',
  'Hi, it is me again.',
  'I am doing my books tonight.',
  'A quick one before lunch.',
  'My accountant is asking.',
  'I am on the train, so please keep it simple.',
  'Sorry to bother you on a busy day.',
  'We spoke last week.',
  'My wife and I were wondering.',
  'I have a meeting in ten minutes.',
  'First time that I write here.',
  'Back from holiday at last.',
  'I lost my notes.',
  'The app shows nothing, so I ask you.',
];
const CLOSERS = [
  '',
  'Thank you.',
  'Thanks a lot!',
  'Much obliged.',
  'No hurry.',
  'It matters to me.',
  'Best, Jonas',
  'Kind regards, Mireille',
  'Cheers, Tom',
  'I will wait here.',
  'Yours, Anneke',
  'That is all for today.',
  'Greetings from Porto.',
  'Regards, Ilse',
];

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** The request between small talk, so that no two conversations read alike. */
export function dressed(random: Random, request: string): string {
  return [pick(random, OPENERS), request, pick(random, CLOSERS)].filter((part) => part !== '').join(' ');
}

export function pastDate(random: Random, today: string): SaidDate {
  const chance = random();
  if (chance < 0.12) {
    const month = today.slice(0, 7);
    return { words: 'last month', iso: `${addDays(`${month}-01`, -1).slice(0, 7)}-01` };
  }
  if (chance < 0.22) return { words: 'the start of the year', iso: `${today.slice(0, 4)}-01-01` };
  return spoken(random, addDays(today, -7 - Math.floor(random() * 90)));
}

export function futureDate(random: Random, today: string): SaidDate {
  return spoken(random, addDays(today, 3 + Math.floor(random() * 60)));
}

/** "3 November", "the 3rd of November". */
export function spoken(random: Random, iso: string): SaidDate {
  const [, month = '1', day = '1'] = iso.split('-').map(Number);
  const name = MONTHS[Number(month) - 1] ?? '';
  const ordinal = ['th', 'st', 'nd', 'rd'][Number(day) % 10] ?? 'th';
  const suffix = Number(day) >= 11 && Number(day) <= 13 ? 'th' : ordinal;
  return { words: random() < 0.6 ? `${day} ${name}` : `the ${day}${suffix} of ${name}`, iso };
}
