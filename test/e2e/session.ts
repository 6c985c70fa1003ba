// What one run of VS Code under test is told. It travels as JSON in one environment variable, through the host
// and VS Code's server into the extension host.

export type Theme = 'dark' | 'light';

export type Session = {
  /** Shown in front of each of its tests. */
  readonly name: string;
  /** Names of files in test/e2e/suites, without `.suite.ts`. */
  readonly suites: readonly string[];
  readonly theme: Theme;
  /** Restricted Mode is what VS Code gives a folder that its user has not trusted. */
  readonly trust: 'trusted' | 'restricted';
  readonly viewport: { readonly width: number; readonly height: number };
  /** Paths of packed extensions to install before the start. */
  readonly installed: readonly string[];
  /** Temporary folder of this run alone; deleted after it. */
  readonly folder: string;
  /** Where `page` calls are answered: a socket's path, on Windows a pipe's name. */
  readonly pageSocket: string;
  /** JSON lines, see `ReportLine`. */
  readonly reportFile: string;
  /** Pictures are written here. */
  readonly evidenceFolder: string;
  readonly timeoutMs: number;
};

export type TestResult = {
  readonly title: string;
  readonly state: 'passed' | 'failed';
  readonly elapsedMs: number;
  readonly error?: string;
};

/** A test that is over, or that all are: VS Code also ends with exit code 0 when its extension host has died. */
export type ReportLine = TestResult | 'end';

/** Console lines of the extension host that start so are shown; VS Code's own hundreds are not. */
export const relayPrefix = '[e2e] ';

export function sessionEnvironment(session: Session): Record<string, string> {
  return { FAULTLINE_E2E: JSON.stringify(session) };
}

export function currentSession(): Session {
  const text = process.env.FAULTLINE_E2E;
  if (!text) throw new Error('FAULTLINE_E2E is not set: start this through `npm run test:e2e`');
  return JSON.parse(text);
}

/** The product keeps its index and memory in the user's folders; a test must not meet an earlier one's. */
export function userFolders({ folder }: Pick<Session, 'folder'>): Record<string, string> {
  return { XDG_CACHE_HOME: `${folder}/cache`, XDG_STATE_HOME: `${folder}/state` };
}
