// `npm test`: everything, from a fresh clone to one line of figures. Starts on whatever Node the machine has, so
// it is plain JavaScript; the npm scripts it runs find the project's own Node.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installModules } from './setup/install.mjs';

const isWindows = process.platform === 'win32';
const root = fileURLToPath(new URL('..', import.meta.url));
const reports = path.join(root, '.cache', 'test');
const unitReport = path.join(reports, 'unit.json');

/** npm scripts, in order. A step with tests writes a report; any other counts only when it fails. */
const steps = [
  { script: 'build' },
  { script: 'types' },
  { script: 'lint' },
  {
    script: 'unit',
    parameters: ['--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`],
    report: unitReport,
    count: countUnitTests,
  },
  { script: 'test:e2e', needs: 'build', report: path.join(reports, 'e2e.json'), count: (report) => report },
];

let child;
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    isInterrupted = true;
    // npm dies of a signal and leaves what it started alone, so the whole group is told.
    if (child) isWindows ? child.kill() : process.kill(-child.pid, signal);
  });
}

const total = { passed: 0, failed: 0 };
try {
  installModules();
  mkdirSync(reports, { recursive: true });
  await runSteps();
} catch (error) {
  console.error(error);
  total.failed += 1;
}
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
console.log(`\n${total.passed} passed, ${total.failed} failed`);

async function runSteps() {
  const broken = new Set();
  for (const step of steps) {
    if (isInterrupted) throw new Error('interrupted');
    const start = Date.now();
    console.log(`\n── ${step.script}`);
    const { passed, failed } = broken.has(step.needs) ? notRun(step) : await run(step);
    if (failed > 0) broken.add(step.script);
    total.passed += passed;
    total.failed += failed;
    console.log(
      `── ${step.script}: ${failed > 0 ? 'failed' : 'ok'}, ${((Date.now() - start) / 1000).toFixed(1)} s`,
    );
  }
}

/** Runs one step and counts it. A step that fails without a failed test is one failure as a whole. */
async function run({ script, parameters = [], report, count }) {
  // An earlier run's report must not speak for this one.
  if (report) rmSync(report, { force: true });
  const isWell = await npmRun(script, parameters);
  const isReported = report !== undefined && existsSync(report);
  const { passed, failed } = isReported
    ? count(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0 };
  return { passed, failed: isWell ? failed : Math.max(failed, 1) };
}

function notRun({ script, needs }) {
  console.log(`${script} was not run, because ${needs} failed.`);
  return { passed: 0, failed: 1 };
}

function npmRun(script, parameters) {
  child = spawn('npm', ['run', '--silent', script, '--', ...parameters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: isWindows,
    detached: !isWindows,
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      child = undefined;
      resolve(code === 0);
    });
  });
}

/** A skipped test counts as failed, and so does a test file that could not be loaded. */
function countUnitTests(report) {
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.log(`${skipped} tests were skipped, which counts as failed.`);
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + skipped + unloaded.length };
}
