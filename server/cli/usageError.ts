/** A request that is wrong: one line, what, where and what to do. The entry prints it and exits with 2. */
export class UsageError extends Error {}
