import type { Status } from '../protocol/messages.ts';

/**
 * One status for a window of several folders: an error first, then work, then the sums of those
 * that are ready.
 */
export function combineStatus(all: readonly Status[]): Status {
  const first = all.find(({ state }) => state === 'error') ?? all.find(({ state }) => state === 'working');
  if (first !== undefined) return first;
  const ready = all.filter((status) => status.state === 'ready');
  if (ready.length === 0) return { state: 'waiting' };
  const sum = (field: 'runs' | 'failedRuns' | 'findings' | 'hidden' | 'problems') =>
    ready.reduce((total, status) => total + status[field], 0);
  return {
    state: 'ready',
    runs: sum('runs'),
    failedRuns: sum('failedRuns'),
    findings: sum('findings'),
    hidden: sum('hidden'),
    problems: sum('problems'),
    notice: ready.find(({ notice }) => notice !== null)?.notice ?? null,
  };
}
