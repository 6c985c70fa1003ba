// Runs inside VS Code's extension host in the place of tests: reads the host's own marks. Started by activation.ts.
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { extensions } from 'vscode';
import { currentSession } from '../e2e/session.ts';

export interface ActivationTimes {
  /** Reading and running the bundle. */
  readonly loadMs: number;
  /** From the call of `activate` until its promise is fulfilled. */
  readonly activateMs: number;
}

export interface ActivationFigures {
  readonly faultline: ActivationTimes;
  readonly probe: ActivationTimes;
  readonly isServerStarted: boolean;
}

interface HostMarks {
  getMarks(): readonly { readonly name: string; readonly startTime: number }[];
}

const FAULTLINE = 'faultline.faultline';
const PROBE = 'faultline.faultline-test-probe';
const PATIENCE_MS = 60_000;

export async function run(): Promise<void> {
  const extension = extensions.getExtension<{ serverStarted(): boolean }>(FAULTLINE);
  if (extension === undefined) throw new Error(`${FAULTLINE} is not there`);
  // Not asked for: VS Code activates it when it is through with its own start, as it does for a user.
  const end = Date.now() + PATIENCE_MS;
  while (!extension.isActive) {
    if (Date.now() > end) throw new Error(`${FAULTLINE} was not activated in ${PATIENCE_MS / 1000} s`);
    await pause(50);
  }
  await extensions.getExtension(PROBE)?.activate();
  const figures: ActivationFigures = {
    faultline: timesOf(FAULTLINE),
    probe: timesOf(PROBE),
    isServerStarted: extension.exports.serverStarted(),
  };
  writeFileSync(currentSession().reportFile, JSON.stringify(figures));
}

function timesOf(extension: string): ActivationTimes {
  return {
    loadMs: mark('didLoadExtensionCode', extension) - mark('willLoadExtensionCode', extension),
    activateMs: mark('didActivateExtension', extension) - mark('willActivateExtension', extension),
  };
}

/** Milliseconds since 1970. */
function mark(event: string, extension: string): number {
  const host = (globalThis as { MonacoPerformanceMarks?: HostMarks }).MonacoPerformanceMarks;
  const name = `code/extHost/${event}/${extension}`;
  const found = host?.getMarks().find((one) => one.name === name);
  if (found === undefined) throw new Error(`VS Code's extension host has no mark ${name}`);
  return found.startTime;
}
