/** Only the beginning counts: a long result that ends badly is a log, not an error. */
const READ = 2_000;
/** Quotes, brackets, list and emphasis marks that may stand before the first word. */
const LEADING = /^[\s"'`*#>[({<!-]+/u;
/** What closes them again, right after a word. */
const CLOSING = String.raw`["'\`*)\]}>]*`;

// A word is an error only when it speaks of this call, not of errors as a subject: `Error: …`, `Error while …`.
const SPEAKS = String.raw`${CLOSING}\s*(?:[!(\n]|:(?!:)|\.(?:\s|$)|[-–—]\s|$|(?:occurred|while|when|during|in|from|at|executing|calling|running|invoking|reading|writing|opening|parsing|processing|fetching|loading|creating|updating|searching|connecting|with|code\s*:?\s*\d)\b)`;
const QUALIFIER = `(?:(?:fatal|critical|internal|runtime|unexpected|unknown|uncaught|unhandled|server|client|api|https?|network|connection|database|db|system|execution|tool|tool_use|mcp|validation|authentication|authorization|permission|access|syntax|type|value|key|parse|parsing|input|argument|request|timeout)[ _-]){0,3}`;

/** A mark of its own: `[Error] …`, `<tool_use_error>…`. */
const MARK = /^\s*[[<(](?:\w{1,20}[ _-])?(?:error|exception)[\])>]/i;
/** Named exceptions: `ValueError: …`, `java.lang.IllegalStateException: …`; what follows may be a bare number. */
const NAMED = new RegExp(String.raw`^[A-Za-z_][\w.$]{0,120}(?:Error|Exception)${CLOSING}\s*[:(]`);
const STARTS: readonly RegExp[] = [
  new RegExp(`^${QUALIFIER}(?:error|exception)${SPEAKS}`, 'i'),
  /^traceback\s*(?:\(most recent call last\)|:)/i,
  new RegExp(
    String.raw`^(?:failed|failure)${CLOSING}\s*(?:[:!]|[-–—]\s|\.\s|(?:to|with|because|due|while|when|during|after)\b)`,
    'i',
  ),
  /^\d{1,4} validation errors? for\b/i,
  /^invalid\b(?!\W*$)(?!\s+\w+s\s+(?:are|were|found|list)\b)/i,
  new RegExp(String.raw`^not found${CLOSING}\s*(?:[:!.,(\n]|[-–—]\s|$)`, 'i'),
  new RegExp(
    String.raw`^(?:unauthori[sz]ed|forbidden|access denied|permission denied)${CLOSING}\s*(?:[:!.,(\n]|[-–—]\s|$)`,
    'i',
  ),
  /^(?:(?:request|connection|operation|call|tool|command|gateway)\s+)?(?:timeout|timed out)\b(?:["'`*)\]}>]*\s*(?:[:!.,(\n]|[-–—]\s|$)|\s+(?:after|while|when|waiting|exceeded|error|occurred|during|of)\b)/i,
  /^https?(?:\/\d(?:\.\d)?)?\s+(?:error\s+|status\s+)?[45]\d\d\b/i,
  /^[45]\d\d\s*[:-]?\s*(?:bad request|unauthorized|forbidden|not found|method not allowed|conflict|unprocessable|too many requests|internal server error|bad gateway|service unavailable|gateway timeout|client error|server error)\b/i,
];

/** `Errors: 0`, `'error': None`, `Invalid rows: 3`, `Timeout: 30`: a report that names the thing and says there is none, or how many. */
const REPORTS: readonly RegExp[] = [
  /^\w+["'`]\s*:\s*(?:null|none|false|0|""|''|\[\s*\]|\{\s*\})\s*(?:[,}\]]|$)/i,
  /^[\w *'"`\]>)-]{1,60}:\s*(?:0|none|no|nil|null|false|n\/a|no errors?|-|\[\s*\]|\{\s*\}|""|'')\W*$/i,
  /^(?!.{0,40}\b[45]\d\d\W*$)[\w *'"`\]>)-]{1,60}:\s*\d+(?:\.\d+)?\s*(?:%|s|ms|sec|seconds)?\s*$/i,
];
/** A line of another level beside it makes it a log that was asked for. */
const LOG_LINE =
  /^\W{0,3}(?:\S{4,40}\s+){0,3}(?:\W?(?:INFO|DEBUG|WARN|WARNING|TRACE|NOTICE)\b\W|\[(?:info|debug|warn|warning|trace|notice)\])/m;

/**
 * Whether a tool's plain text result says that the call failed: it starts with an error word that
 * speaks of the call. Never by a word in the middle, which may be a search hit or a log.
 */
export function startsAsError(text: string): boolean {
  const beginning = text.slice(0, READ);
  const head = beginning.replace(LEADING, '');
  if (LOG_LINE.test(head)) return false;
  if (MARK.test(beginning) || NAMED.test(head)) return true;
  if (!STARTS.some((pattern) => pattern.test(head))) return false;
  const [firstLine = ''] = head.split(/\r?\n/, 1);
  const first = firstLine.trim();
  return !REPORTS.some((pattern) => pattern.test(first));
}

/** The line of an error text that says what went wrong: the last of a Python traceback, the one after an exit code, else the first. */
export function errorMessageLine(text: string): string {
  const lines = (text.length > 20_000 ? `${text.slice(0, 10_000)}\n${text.slice(-10_000)}` : text)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const first = lines[0] ?? '';
  if (/^\W*exit code:? -?\d+\W*$/i.test(first))
    return lines
      .slice(0, 2)
      .map((line) => line.trim())
      .join(': ');
  if (!/^\W*traceback\b/i.test(first)) return first.trim();
  return (lines.findLast((line) => /^\S/.test(line)) ?? first).trim();
}
