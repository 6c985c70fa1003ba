import { parseArgs } from 'node:util';
import type { Severity } from '../model/finding.ts';
import { readEndpoint } from './endpoint.ts';
import type { HelpTopic } from './help.ts';
import { UsageError } from './usageError.ts';

export type OutputFormat = 'text' | 'json' | 'ndjson' | 'sarif';

export interface CommonOptions {
  readonly workspace: string;
  /** Null = the workspace's setting, else the defaults. */
  readonly traces: readonly string[] | null;
  /** Null = one file per workspace in the user's cache folder. */
  readonly index: string | null;
  readonly format: OutputFormat;
  readonly quiet: boolean;
}

export interface CheckOptions extends CommonOptions {
  readonly failOn: Severity | null;
  readonly files: readonly string[];
}

export interface ReplayCommandOptions extends CommonOptions {
  readonly finding: string | null;
  readonly strategy: string | null;
  readonly edit: string | null;
  readonly regressions: boolean;
  readonly apply: 'no' | 'accepted' | 'always';
  /** Null = no request is sent. */
  readonly modelEndpoint: string | null;
  readonly model: string | null;
  readonly cassette: string | null;
  readonly replay: {
    readonly answers: number;
    readonly margin: number;
    readonly maxFailing: number;
    readonly maxPassing: number;
    readonly maxRequests: number;
    readonly concurrency: number;
    readonly seed: number;
  };
}

export type CommandLine =
  | { readonly command: 'help'; readonly topic: HelpTopic | null }
  | { readonly command: 'version' }
  | { readonly command: 'index' | 'runs'; readonly options: CommonOptions }
  | { readonly command: 'check'; readonly options: CheckOptions }
  | { readonly command: 'fix' | 'replay'; readonly options: ReplayCommandOptions }
  | { readonly command: 'rollout'; readonly options: null };

const COMMON = {
  workspace: { type: 'string' },
  traces: { type: 'string', multiple: true },
  index: { type: 'string' },
  format: { type: 'string' },
  'model-endpoint': { type: 'string' },
  model: { type: 'string' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const REPLAY = {
  finding: { type: 'string' },
  strategy: { type: 'string' },
  edit: { type: 'string' },
  regressions: { type: 'boolean' },
  apply: { type: 'string' },
  cassette: { type: 'string' },
  answers: { type: 'string' },
  margin: { type: 'string' },
  'max-failing': { type: 'string' },
  'max-passing': { type: 'string' },
  'max-requests': { type: 'string' },
  concurrency: { type: 'string' },
  seed: { type: 'string' },
} as const;

/** Reads `argv` without node and script. Throws `UsageError`. */
export function readCommandLine(argv: readonly string[], environment: NodeJS.ProcessEnv): CommandLine {
  const [command = 'help', ...rest] = argv;
  switch (command) {
    case 'help':
    case '--help':
    case '-h':
      return { command: 'help', topic: topicOf(rest[0]) };
    case 'version':
    case '--version':
      return { command: 'version' };
    case 'rollout':
      return rest.includes('--help') || rest.includes('-h')
        ? { command: 'help', topic: null }
        : { command, options: null };
    case 'index':
    case 'runs': {
      const { values } = parse(rest, COMMON, false);
      if (values.help) return { command: 'help', topic: command };
      return { command, options: common(values, command === 'runs' ? 'ndjson' : 'text') };
    }
    case 'check': {
      const { values, positionals } = parse(rest, { ...COMMON, 'fail-on': { type: 'string' } }, true);
      if (values.help) return { command: 'help', topic: command };
      const failOn = oneOf('--fail-on', text(values['fail-on']), ['hint', 'information', 'warning']);
      return { command, options: { ...common(values, 'text'), failOn, files: positionals } };
    }
    case 'fix':
    case 'replay': {
      const withValue = rest.map((argument) => (argument === '--apply' ? '--apply=accepted' : argument));
      const { values } = parse(withValue, { ...COMMON, ...REPLAY }, false);
      if (values.help) return { command: 'help', topic: command };
      return { command, options: replayOptions(command, values, environment) };
    }
    default:
      throw new UsageError(`unknown command "${command}"; commands: index, runs, check, fix, replay`);
  }
}

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

function parse(
  args: string[],
  options: NonNullable<Parameters<typeof parseArgs>[0]>['options'],
  allowPositionals: boolean,
): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args, options: options ?? {}, allowPositionals, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

function common(values: Values, standard: OutputFormat): CommonOptions {
  const traces = Array.isArray(values.traces) ? values.traces.map(String) : null;
  return {
    workspace: filled('--workspace', text(values.workspace), 'a folder') ?? '.',
    traces: traces?.map((path) => filled('--traces', path, 'a file, folder or glob') ?? path) ?? null,
    index: filled('--index', text(values.index), 'a file or :memory:'),
    format: oneOf('--format', text(values.format), ['text', 'json', 'ndjson', 'sarif']) ?? standard,
    quiet: values.quiet === true,
  };
}

function replayOptions(
  command: 'fix' | 'replay',
  values: Values,
  environment: NodeJS.ProcessEnv,
): ReplayCommandOptions {
  const finding = text(values.finding);
  const edit = text(values.edit);
  const regressions = values.regressions === true;
  if (command === 'fix' && finding === null) {
    throw new UsageError('fix needs --finding ID; "faultline check" lists the ids');
  }
  if (command === 'replay' && edit === null && !regressions) {
    throw new UsageError('replay needs --edit PATCH, a unified diff against the workspace');
  }
  return {
    ...common(values, 'text'),
    finding,
    strategy: text(values.strategy),
    edit,
    regressions,
    apply: oneOf('--apply', text(values.apply), ['accepted', 'always']) ?? 'no',
    // Read here alone: a bad endpoint in the environment is nothing to a command that sends nothing.
    modelEndpoint: readEndpoint(text(values['model-endpoint']), environment),
    model: text(values.model),
    cassette: text(values.cassette),
    replay: {
      answers: whole('--answers', values.answers, 3, 1),
      margin: share('--margin', values.margin, 0.05),
      maxFailing: whole('--max-failing', values['max-failing'], 80, 0),
      maxPassing: whole('--max-passing', values['max-passing'], 120, 0),
      maxRequests: whole('--max-requests', values['max-requests'], 2000, 0),
      concurrency: whole('--concurrency', values.concurrency, 8, 1),
      seed: whole('--seed', values.seed, 1, 0),
    },
  };
}

function text(value: Values[string]): string | null {
  return typeof value === 'string' ? value : null;
}

/** An empty path is a variable that a script forgot to set, never the current folder. */
function filled(option: string, value: string | null, wanted: string): string | null {
  if (value?.trim() === '') throw new UsageError(`${option} is empty; it needs ${wanted}`);
  return value;
}

function topicOf(command: string | undefined): HelpTopic | null {
  const topics: readonly HelpTopic[] = ['index', 'runs', 'check', 'fix', 'replay'];
  return topics.find((topic) => topic === command) ?? null;
}

function oneOf<T extends string>(option: string, value: string | null, allowed: readonly T[]): T | null {
  if (value === null) return null;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw new UsageError(`${option} must be one of ${allowed.join(', ')}, not "${value}"`);
  return found;
}

function whole(option: string, value: Values[string], standard: number, minimum: number): number {
  const read = number(option, value, standard, minimum);
  if (!Number.isInteger(read))
    throw new UsageError(`${option} must be a whole number, not "${String(value)}"`);
  return read;
}

function share(option: string, value: Values[string], standard: number): number {
  const read = number(option, value, standard, 0);
  if (read > 1)
    throw new UsageError(`${option} is a share between 0 and 1 (0.05 = 5 %), not "${String(value)}"`);
  return read;
}

function number(option: string, value: Values[string], standard: number, minimum: number): number {
  if (value === undefined) return standard;
  const parsed = Number(value);
  if (!Number.isFinite(parsed) || parsed < minimum || value === '') {
    throw new UsageError(`${option} must be a number of at least ${minimum}, not "${String(value)}"`);
  }
  return parsed;
}
