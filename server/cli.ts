#!/usr/bin/env node
// Command-line entry: the same core as the language server, for terminals, CI and scripts.
import { runCli } from './cli/run.ts';
import { VERSION } from './version.ts';

const stop = { isCancellationRequested: false };
process.once('SIGINT', () => {
  stop.isCancellationRequested = true;
});
process.once('SIGTERM', () => {
  stop.isCancellationRequested = true;
});
// A reader such as `head` may close the pipe early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    environment: process.env,
    workingFolder: process.cwd(),
    version: VERSION,
  },
  stop,
);
