// The machine that the absolute figures below are from, and how fast it is just now.
import { availableParallelism, cpus, hostname, loadavg } from 'node:os';
import { median, print, timed } from './measure.ts';

const STEPS = 50_000_000;

/** Integer arithmetic alone: no memory, no allocation, nothing that another version of Node does otherwise. */
function loop(): number {
  let value = 1;
  for (let step = 0; step < STEPS; step++) value = (Math.imul(value, 1664525) + 1013904223) | 0;
  return value;
}

const times = Array.from({ length: 5 }, () => timed(loop));
print('machine', `${hostname()}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}`);
print('node', process.version);
print(
  'load average',
  loadavg()
    .map((load) => load.toFixed(1))
    .join(' '),
);
print(`loop of ${STEPS / 1e6} million steps`, `${median(times).toFixed(1)} ms, median of ${times.length}`);
