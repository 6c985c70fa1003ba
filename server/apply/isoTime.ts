import type { Clock } from '../ports/clock.ts';

/** ISO 8601 in UTC, as every log writes it. */
export function isoTime(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
