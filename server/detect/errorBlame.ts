import type { Blame } from '../model/failure.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { ToolCall } from '../model/run.ts';
import type { ToolResultFault } from './toolResultFault.ts';

export interface ErrorBlame {
  readonly blame: Blame;
  /** The parameter that the message names; null where it names none. */
  readonly parameter: string | null;
}

/** Refusals and troubles of the world outside, whatever the arguments were. */
const ENVIRONMENT: readonly RegExp[] = [
  /\b(?:http|status|code|error)\b[^\w\n]{0,4}(?:code\W{0,3})?(?:401|403|429|5\d\d)\b/i,
  /^\W*(?:401|403|429|5\d\d)\b/,
  /^\W*(?:error\W{1,3})?(?:unauthori[sz]ed|forbidden|access denied|permission denied|authentication (?:failed|required))\b/i,
  /\brate[ _-]?limit(?:ed|s| exceeded| reached)?\b|\btoo many requests\b|\bquota exceeded\b/i,
  /\b(?:internal server error|bad gateway|service (?:is )?(?:temporarily )?unavailable|gateway time-?out)\b/i,
  /\btimed out\b|\btimeout (?:exceeded|error|after|while|occurred|expired)\b|\bdeadline exceeded\b|^\W*(?:request |connection )?timeout\b/i,
  /\bconnection (?:refused|reset|aborted|closed|error)\b|\bE(?:CONN\w{3,9}|TIMEDOUT|NOTFOUND|PIPE|HOSTUNREACH|ACCES)\b|\bname resolution\b/i,
  /\b(?:Timeout|Connection|ConnectTimeout|ReadTimeout|PermissionDenied)(?:Error|Exception)\b/,
  // The exit code of a command says that the command failed, not that it was called wrongly.
  /^\W*(?:exit code|command failed with exit code|process exited with code)\W+\d+/i,
];
const BY_USER =
  /\b(?:user (?:doesn't|does not|didn't|did not) want to (?:proceed|take)|(?:rejected|denied|cancelled|interrupted) by (?:the )?user)\b/i;
const STACK_TRACE =
  /^\W*traceback \(most recent call last\)|^\s+at [^\n]{1,200}:\d+(?::\d+)?\)?\s*$|^\s+at [\w.$<>]{1,200}\([\w.]{1,80}:\d+\)/im;

/**
 * Whose fault an error suggests. The environment goes first (401, 403, 429, 5xx, timeouts), then a
 * message that names one of the call's parameters, then a stack trace of the tool's own code; what is
 * left is between the call and the tool.
 */
export function errorBlame(fault: ToolResultFault, fullText: string, call: ToolCall | null): ErrorBlame {
  const said = fault.said.slice(0, 2_000);
  if (BY_USER.test(said)) return { blame: 'user', parameter: null };
  const { status } = fault;
  if (
    status !== null &&
    (status === 401 || status === 403 || status === 408 || status === 429 || status >= 500)
  ) {
    return { blame: 'environment', parameter: null };
  }
  if (ENVIRONMENT.some((pattern) => pattern.test(said))) return { blame: 'environment', parameter: null };
  const parameter = call === null ? null : namedParameter(said, call.arguments);
  if (parameter !== null) return { blame: 'tool', parameter };
  if (STACK_TRACE.test(fullText.slice(0, 5_000))) return { blame: 'environment', parameter: null };
  return { blame: 'tool', parameter: null };
}

/** The first of the call's own parameters, top level first, that the message names as a parameter. */
function namedParameter(said: string, args: Json | null): string | null {
  if (!isJsonObject(args ?? undefined)) return null;
  const named = parameterPaths(args ?? {}).find(({ name }) => namesParameter(said, name));
  return named?.path ?? null;
}

/**
 * An identifier such as `as_of` or `userId` is unmistakable; a plain word such as `date` counts only
 * in quotes or beside a word that makes it a parameter: `date must be …`, `invalid date`, `date: …`.
 */
function namesParameter(said: string, name: string): boolean {
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const quotedName = String.raw`["'\`]${word}["'\`]`;
  if (/[a-z0-9]_[a-z0-9]|[a-z][A-Z]/.test(name))
    return new RegExp(String.raw`(?<![\w])${word}(?![\w])`).test(said);
  const asked = String.raw`\b${word}\b["'\`]?(?:\s*:|\s+(?:must|should|is required|is missing|is not a valid|is invalid|cannot be|has to|field|parameter|argument)\b)`;
  const accused = String.raw`\b(?:parameter|argument|field|property|invalid|missing|unknown|unsupported|required)(?:\s+(?:value for|parameter|argument|field))?:?\s+["'\`]?${word}\b(?!\s+\w+\s+(?:not|is)\b)`;
  return new RegExp(`${quotedName}|${asked}|${accused}`, 'i').test(said);
}

function parameterPaths(args: Json): readonly { name: string; path: string }[] {
  const paths: { name: string; path: string; depth: number }[] = [];
  const seen = new Set<string>();
  const visit = (value: Json, prefix: string, depth: number): void => {
    if (depth > 4 || paths.length > 200) return;
    if (Array.isArray(value)) {
      for (const item of value.slice(0, 20)) visit(item, `${prefix}*/`, depth + 1);
    } else if (isJsonObject(value)) {
      for (const [name, child] of Object.entries(value)) {
        const path = `${prefix}${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        if (!seen.has(path) && name.length >= 2 && name.length <= 80) paths.push({ name, path, depth });
        seen.add(path);
        visit(child, `${path}/`, depth + 1);
      }
    }
  };
  visit(args, '', 0);
  return paths.sort((a, b) => a.depth - b.depth);
}
