// Runs suites inside VS Code's extension host; the only code of the tests' frame that runs there.
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';
import { page } from './page.ts';
import { currentSession, type ReportLine, relayPrefix, type TestResult } from './session.ts';

export type SuiteLoaders = Readonly<Record<string, () => Promise<unknown>>>;

/** Runs the session's suites and reports each test; rejects, which is VS Code's exit code 1, when one fails. */
export async function runSuites(loaders: SuiteLoaders): Promise<void> {
  const { suites, reportFile } = currentSession();
  let failed = 0;
  try {
    const mocha = await loadSuites(suites, loaders, reportFile);
    failed = await new Promise<number>((resolve) => {
      mocha.run(resolve);
    });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    report(reportFile, {
      title: `${suites.join(', ')} can be loaded`,
      state: 'failed',
      elapsedMs: 0,
      error: text,
    });
    failed = 1;
  }
  report(reportFile, 'end');
  if (failed > 0) throw new Error(`${failed} failed`);
}

async function loadSuites(
  suites: readonly string[],
  loaders: SuiteLoaders,
  reportFile: string,
): Promise<Mocha> {
  const mocha = new Mocha({
    ui: 'bdd',
    // Long, because a machine may be busy; a test says with `eventually` or `page` how long it waits for what.
    timeout: 60_000,
    // A forgotten `only` or `skip` is a failure: nothing is left out quietly.
    forbidOnly: true,
    forbidPending: true,
    reporter: reporterTo(reportFile),
  });
  // The object stands for the global scope, into which mocha would otherwise write `describe` and `it`.
  mocha.suite.emit('pre-require', {}, '', mocha);
  for (const name of suites) {
    const load = loaders[name];
    if (!load) throw new Error(`no suite ${name} among ${Object.keys(loaders).join(', ')}`);
    await load();
  }
  mocha.suite.afterEach(pictureOfFailure);
  return mocha;
}

function reporterTo(reportFile: string): Mocha.ReporterConstructor {
  const note = (test: Mocha.Runnable, state: TestResult['state'], error?: Error) => {
    const title = test.fullTitle();
    const elapsedMs = test.duration ?? 0;
    report(reportFile, { title, state, elapsedMs, ...(error && { error: explain(error) }) });
    console.log(`${relayPrefix}${state === 'passed' ? '✓' : '✗'} ${title} (${elapsedMs} ms)`);
  };
  return class extends Mocha.reporters.Base {
    constructor(runner: Mocha.Runner) {
      super(runner);
      runner.on('pass', (test) => note(test, 'passed'));
      runner.on('fail', (test, error: Error) => note(test, 'failed', error));
    }
  };
}

/** Written at once, so that tests before a crash are not lost. */
function report(reportFile: string, line: ReportLine): void {
  appendFileSync(reportFile, `${JSON.stringify(line)}\n`);
}

/** Message and place; an assertion's message holds the difference. */
function explain(error: Error): string {
  return error.stack?.includes(error.message) ? error.stack : `${error.message}\n${error.stack ?? ''}`;
}

async function pictureOfFailure(this: Mocha.Context): Promise<void> {
  if (this.currentTest?.state !== 'failed') return;
  // A picture is a help, not a result: when the window cannot be asked, the failure itself says more.
  await page.screenshot(`failed-${this.currentTest.fullTitle()}`).catch(() => {});
}
