import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Message } from '../model/run.ts';
import { errorMessageLine, startsAsError } from './errorText.ts';

/** Why a tool's result counts as an error. */
export interface ToolResultFault {
  /** What the tool said, on one line where it can be told; may be empty. */
  readonly said: string;
  /** HTTP status where the result holds one. */
  readonly status: number | null;
  /** True when a field says so, false when only the text does. */
  readonly isStructured: boolean;
}

const LARGEST_JSON = 1_000_000;
const ERROR_FIELDS = ['error', 'errors', 'exception', 'traceback'];
const SAYING_FIELDS = [
  'message',
  'error_message',
  'errorMessage',
  'detail',
  'details',
  'description',
  'reason',
  'title',
  'msg',
];
const STATUS_FIELDS = [
  'statusCode',
  'status_code',
  'httpStatus',
  'http_status',
  'httpStatusCode',
  'http_status_code',
];
/** Texts in an error field that say that there is none. */
const NO_ERROR = new Set([
  '',
  'none',
  'null',
  'false',
  'no',
  'ok',
  '0',
  'n/a',
  'success',
  'no error',
  'no errors',
]);

/**
 * Judges one tool message; null means that nothing shows a failure. What the format itself says
 * comes first: marked as an error it is one, marked as none its text is not second-guessed.
 */
export function toolResultFault(message: Message): ToolResultFault | null {
  const parsed = parseResult(message.text);
  const fields = isJsonObject(parsed) ? structuredFault(parsed) : null;
  if (fields !== null) return { ...fields, isStructured: true };
  const text = typeof parsed === 'string' ? parsed : message.text;
  if (message.isError === true) return { said: errorMessageLine(text), status: null, isStructured: true };
  if (message.isError === false || isJsonObject(parsed) || Array.isArray(parsed)) return null;
  return startsAsError(text) ? { said: errorMessageLine(text), status: null, isStructured: false } : null;
}

/** The JSON value that a result text is; undefined when it is none. */
function parseResult(text: string): Json | undefined {
  const trimmed = text.trim();
  if (trimmed.length > LARGEST_JSON || !/^[{["]/.test(trimmed)) return undefined;
  try {
    return JSON.parse(trimmed) as Json;
  } catch {
    return undefined;
  }
}

function structuredFault(result: JsonObject): { said: string; status: number | null } | null {
  const status = httpStatus(result);
  const field = ERROR_FIELDS.find((name) => isTruthyError(result[name], name));
  const says = sayingOf(result) ?? '';
  if (field !== undefined) {
    const said = errorSaying(result[field] ?? null);
    // `"error": true` beside `"message": "…"`.
    return { said: said === '' ? says : said, status: status ?? nestedStatus(result[field]) };
  }
  if (status !== null) return { said: says === '' ? `status ${status}` : says, status };
  if (result.isError === true || result.is_error === true)
    return { said: contentSaying(result) ?? says, status: null };
  const denies = [result.success, result.ok].some((value) => value === false || value === 'false');
  if (denies) return { said: says === '' ? 'success is false' : says, status: null };
  if (result.status === 'error' && says !== '') return { said: says, status: null };
  return null;
}

function isTruthyError(value: Json | undefined, name: string): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (typeof value === 'string') return !NO_ERROR.has(value.trim().toLowerCase());
  // `errors: 3` is the count of a report, `error: 1` a flag.
  if (typeof value === 'number') return name !== 'errors' && value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' ? Object.keys(value).length > 0 : true;
}

function httpStatus(result: JsonObject): number | null {
  for (const name of STATUS_FIELDS) {
    const status = asHttpError(result[name]);
    if (status !== null) return status;
  }
  // A bare `status` may be anything, so it needs a message or nothing else beside it.
  const bare = asHttpError(result.status);
  return bare !== null && (sayingOf(result) !== null || Object.keys(result).length <= 2) ? bare : null;
}

function nestedStatus(value: Json | undefined): number | null {
  if (!isJsonObject(value)) return null;
  return asHttpError(value.status) ?? asHttpError(value.code) ?? asHttpError(value.statusCode);
}

function asHttpError(value: Json | undefined): number | null {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600
    ? status
    : null;
}

function errorSaying(value: Json): string {
  if (typeof value === 'string') return errorMessageLine(value);
  if (Array.isArray(value)) return errorSaying(value[0] ?? '');
  if (isJsonObject(value)) return sayingOf(value) ?? JSON.stringify(value).slice(0, 500);
  return '';
}

function sayingOf(result: JsonObject): string | null {
  for (const name of SAYING_FIELDS) {
    const value = result[name];
    if (typeof value === 'string' && value.trim() !== '') return errorMessageLine(value);
  }
  return null;
}

/** MCP's own result, serialised: `{"content":[{"type":"text","text":"…"}],"isError":true}`. */
function contentSaying(result: JsonObject): string | null {
  const parts = Array.isArray(result.content) ? result.content : [];
  for (const part of parts) {
    if (isJsonObject(part) && typeof part.text === 'string') return errorMessageLine(part.text);
  }
  return null;
}
