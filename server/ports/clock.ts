/** The only way in which the core learns the time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
