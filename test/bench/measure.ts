// What all benches share: a stopwatch, a median and one way to print a row.

/** Milliseconds that the work took. */
export function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

export async function timedAsync(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Median milliseconds of one call, after calls that only warm up. */
export function medianTime(work: () => unknown, calls: number): number {
  for (let call = 0; call < Math.min(calls, 20); call++) work();
  return median(Array.from({ length: calls }, () => timed(work)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

export function print(what: string, figures: string): void {
  console.log(`${what.padEnd(42)} ${figures}`);
}

/** Three significant digits: more would be noise. */
export function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
