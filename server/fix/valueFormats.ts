import type { Json } from '../model/json.ts';

/** A form that recorded values share, in words that a tool description can carry. */
export interface ValueFormat {
  readonly id: string;
  /** Continues "Format: …": `date as YYYY-MM-DD`. */
  readonly words: string;
  readonly matches: (value: Json) => boolean;
  /** A made-up value of this form, for when no recorded one may be shown. */
  readonly neutral: string;
  /** True when a recorded value names no person or account, so that it may be shown as it is. */
  readonly isPublic: boolean;
}

/**
 * The narrowest known format that every one of the values has; null when there is none, or when the
 * only thing they share is being text.
 */
export function inferFormat(values: readonly Json[]): ValueFormat | null {
  if (values.length === 0) return null;
  const known = knownFormats.find((format) => values.every(format.matches));
  if (known !== undefined) return known;
  if (!values.every((value) => typeof value === 'string')) return inferComposite(values);
  return (
    inferPrefixedId(values) ?? inferTicker(values) ?? inferUpperCaseCode(values) ?? inferMixedCode(values)
  );
}

const isText = (pattern: RegExp) => (value: Json) => typeof value === 'string' && pattern.test(value);

const currencyCodes = new Set(
  'AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW MAD MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR'.split(
    ' ',
  ),
);

function isCalendarDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Narrowest first: the first that fits all values is taken. */
export const knownFormats: readonly ValueFormat[] = [
  {
    id: 'date',
    words: 'date as YYYY-MM-DD',
    matches: (value) =>
      typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && isCalendarDate(value),
    neutral: '2026-01-05',
    isPublic: true,
  },
  {
    id: 'date-time-utc',
    words: 'date and time in UTC as YYYY-MM-DDThh:mm:ssZ',
    matches: (value) => isDateTime(value) && String(value).endsWith('Z'),
    neutral: '2026-01-05T09:30:00Z',
    isPublic: true,
  },
  {
    id: 'date-time',
    words: 'date and time as YYYY-MM-DDThh:mm:ss',
    matches: isDateTime,
    neutral: '2026-01-05T09:30:00',
    isPublic: true,
  },
  {
    id: 'time',
    words: 'time of day as hh:mm',
    matches: isText(/^([01]\d|2[0-3]):[0-5]\d$/),
    neutral: '09:30',
    isPublic: true,
  },
  {
    id: 'uuid',
    words: 'UUID',
    matches: isText(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
    neutral: '00000000-0000-4000-8000-000000000000',
    isPublic: false,
  },
  {
    id: 'email',
    words: 'e-mail address',
    matches: isText(/^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i),
    neutral: 'name@example.com',
    isPublic: false,
  },
  {
    id: 'currency-code',
    words: 'ISO 4217 currency code in upper case',
    matches: (value) => typeof value === 'string' && currencyCodes.has(value),
    neutral: 'EUR',
    isPublic: true,
  },
  {
    id: 'integer',
    words: 'JSON integer',
    matches: (value) => typeof value === 'number' && Number.isInteger(value),
    neutral: '1',
    isPublic: true,
  },
  {
    id: 'decimal',
    words: 'JSON number',
    matches: (value) => typeof value === 'number',
    neutral: '1.5',
    isPublic: true,
  },
  {
    id: 'boolean',
    words: 'true or false',
    matches: (value) => typeof value === 'boolean',
    neutral: 'true',
    isPublic: true,
  },
  {
    id: 'decimal-text',
    words: 'decimal number as a string',
    matches: isText(/^-?\d+\.\d+$/),
    neutral: '1.50',
    isPublic: true,
  },
];

function isDateTime(value: Json): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/.test(value) &&
    isCalendarDate(value)
  );
}

/** `HAT136`, `order-0042`: the same letters, then digits. */
function inferPrefixedId(values: readonly string[]): ValueFormat | null {
  const parts = values.map((value) => /^([A-Za-z]+[-_#]?)(\d+)$/.exec(value));
  const prefix = parts[0]?.[1];
  if (prefix === undefined || parts.some((part) => part?.[1] !== prefix)) return null;
  const digits = parts.map((part) => part?.[2]?.length ?? 0);
  const [low, high] = [Math.min(...digits), Math.max(...digits)];
  const pattern = new RegExp(`^${prefix.replaceAll('-', '\\-')}\\d{${low},${high}}$`);
  return {
    id: 'prefixed-id',
    words: `${prefix} followed by ${countWords(low, high, 'digit')}`,
    matches: isText(pattern),
    neutral: prefix + '1234567890'.repeat(3).slice(0, low),
    isPublic: false,
  };
}

/** `SAP.DE`, alone or among plain `ACME`. */
function inferTicker(values: readonly string[]): ValueFormat | null {
  const suffixed = values.filter((value) => /^[A-Z0-9]{1,6}\.[A-Z]{1,3}$/.test(value)).length;
  if (suffixed === 0 || !values.every((value) => /^[A-Z0-9]{1,6}(\.[A-Z]{1,3})?$/.test(value))) return null;
  const isAll = suffixed === values.length;
  return {
    id: 'ticker',
    words: isAll
      ? 'ticker in upper case with the suffix of its exchange'
      : 'ticker in upper case, with the suffix of its exchange where it has one',
    matches: isText(isAll ? /^[A-Z0-9]{1,6}\.[A-Z]{1,3}$/ : /^[A-Z0-9]{1,6}(\.[A-Z]{1,3})?$/),
    neutral: 'ABC.DE',
    isPublic: true,
  };
}

/** Plain tickers, airport codes: capital letters only, at most six of them. */
function inferUpperCaseCode(values: readonly string[]): ValueFormat | null {
  if (!values.every((value) => /^[A-Z]{1,6}$/.test(value))) return null;
  const [low, high] = lengthsOf(values);
  return {
    id: 'upper-case-code',
    words: `upper-case code of ${countWords(low, high, 'letter')}`,
    matches: isText(new RegExp(`^[A-Z]{${low},${high}}$`)),
    neutral: 'ABCDEF'.slice(0, low),
    isPublic: true,
  };
}

/** `4WQ150`: capital letters and digits of one length. */
function inferMixedCode(values: readonly string[]): ValueFormat | null {
  const [low, high] = lengthsOf(values);
  if (low !== high || low < 3 || low > 20) return null;
  if (values.every((value) => /^\d+$/.test(value))) {
    return {
      id: 'digits',
      words: `${countWords(low, high, 'digit')} as a string`,
      matches: isText(new RegExp(`^\\d{${low}}$`)),
      neutral: '1234567890'.repeat(2).slice(0, low),
      isPublic: false,
    };
  }
  if (!values.every((value) => /^[A-Z0-9]+$/.test(value))) return null;
  return {
    id: 'upper-case-id',
    words: `code of ${low} upper-case letters and digits`,
    matches: isText(new RegExp(`^[A-Z0-9]{${low}}$`)),
    neutral: 'ABC123DEF456GHI789JK'.slice(0, low),
    isPublic: false,
  };
}

/** Arrays and objects: what they are made of, never a recorded one. */
function inferComposite(values: readonly Json[]): ValueFormat | null {
  if (values.every((value) => Array.isArray(value))) {
    const items = values.flat();
    const inside =
      items.length > 0 && items.every((item) => typeof item === 'string')
        ? ' of strings'
        : objectWords(items, ' of objects');
    return composite('array', `JSON array${inside}`, (value) => Array.isArray(value), '[]');
  }
  const isPlainObject = (value: Json) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!values.every(isPlainObject)) return null;
  return composite('object', `JSON object${objectWords(values, '')}`, isPlainObject, '{}');
}

function composite(id: string, words: string, matches: ValueFormat['matches'], neutral: string): ValueFormat {
  return { id, words, matches, neutral, isPublic: false };
}

function objectWords(items: readonly Json[], lead: string): string {
  const keyLists = items.map((item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item) ? Object.keys(item) : null,
  );
  const first = keyLists[0];
  if (first === undefined || first === null || keyLists.includes(null)) return '';
  const shared = first.filter((key) => keyLists.every((keys) => keys?.includes(key))).slice(0, 8);
  return shared.length === 0 ? lead : `${lead} with ${shared.join(', ')}`;
}

function lengthsOf(values: readonly string[]): readonly [number, number] {
  const lengths = values.map((value) => value.length);
  return [Math.min(...lengths), Math.max(...lengths)];
}

function countWords(low: number, high: number, noun: string): string {
  if (low === high) return `${low} ${noun}${low === 1 ? '' : 's'}`;
  return `${low} to ${high} ${noun}s`;
}
