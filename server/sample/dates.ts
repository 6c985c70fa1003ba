import type { DateFormat } from './readings.ts';

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const DAY_MS = 86_400_000;

/**
 * The ISO date that a person's words mean, seen from `today`; null when they name none.
 * `direction` settles what the words leave open: a day without a year, a bare weekday.
 */
export function parseDatePhrase(phrase: string, today: string, direction: 'past' | 'future'): string | null {
  const text = phrase.toLowerCase();
  const iso = /\b\d{4}-\d{2}-\d{2}\b/.exec(text);
  if (iso !== null) return iso[0];
  const [year = 0, month = 1] = today.split('-').map(Number);
  const dayMonth = /\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]+)(?: (\d{4}))?/.exec(text);
  const monthIndex = MONTHS.indexOf(dayMonth?.[2] ?? '');
  if (dayMonth !== null && monthIndex >= 0) {
    const day = Number(dayMonth[1]);
    if (dayMonth[3] !== undefined) return isoDate(Number(dayMonth[3]), monthIndex, day);
    const candidate = isoDate(year, monthIndex, day);
    if (direction === 'past' && candidate > today) return isoDate(year - 1, monthIndex, day);
    if (direction === 'future' && candidate < today) return isoDate(year + 1, monthIndex, day);
    return candidate;
  }
  if (/\blast month\b/.test(text)) return isoDate(year, month - 2, 1);
  if (/\b(start|beginning) of (the|this) year\b/.test(text)) return isoDate(year, 0, 1);
  if (/\bend of (the|this) month\b/.test(text)) return isoDate(year, month, 0);
  if (/\btoday\b/.test(text)) return today;
  const weekday = WEEKDAYS.findIndex((name) => text.includes(name));
  if (weekday < 0) return null;
  const from = new Date(`${today}T00:00:00Z`);
  const ahead =
    direction === 'future'
      ? ((weekday - from.getUTCDay() + 6) % 7) + 1
      : -((from.getUTCDay() - weekday + 6) % 7) - 1;
  return new Date(from.getTime() + ahead * DAY_MS).toISOString().slice(0, 10);
}

/** An ISO date written in a stated format. */
export function writeDate(iso: string, format: DateFormat): string {
  const [year = '', month = '', day = ''] = iso.split('-');
  if (format === 'iso') return iso;
  return format === 'month-first' ? `${month}/${day}/${year}` : `${day}/${month}/${year}`;
}

/** How the model writes a date that nobody told it how to write; `leaning` in [0, 1) picks its habit. */
export function writeDateLoosely(iso: string, phrase: string, leaning: number): string {
  if (leaning < 0.45) return writeDate(iso, 'month-first');
  if (leaning < 0.75) return phrase.replace(/^the /, '').trim();
  const [year = '', month = '1', day = '1'] = iso.split('-');
  const name = MONTHS[Number(month) - 1] ?? '';
  return `${name.charAt(0).toUpperCase()}${name.slice(1, 3)} ${Number(day)}, ${year}`;
}

/** `month` counts from 0; day 0 is the last day of the month before. */
function isoDate(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}
