/** Lets one holder in at a time, in the order of asking. The returned function gives the turn back. */
export type Turn = () => Promise<() => void>;

export function createTurn(): Turn {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    let release: () => void = () => {};
    const before = last;
    last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  };
}
