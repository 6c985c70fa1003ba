/** Ends a `switch` over a union, so that a new member fails the type check. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
