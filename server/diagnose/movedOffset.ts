/**
 * Where offsets of a text stand after an edit, from its unchanged beginning and its unchanged end.
 * An inserted text that repeats its surroundings leaves two answers: both are given, the one
 * counted from the end first. None where the edit replaced the very place.
 */
export function movedOffset(before: string, after: string): (offset: number) => readonly number[] {
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  let tail = 0;
  while (
    tail < shortest &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail++;
  }
  const shift = after.length - before.length;
  return (offset) => {
    const fromEnd = offset >= before.length - tail ? [offset + shift] : [];
    const fromStart = offset <= head && !fromEnd.includes(offset) ? [offset] : [];
    return [...fromEnd, ...fromStart];
  };
}
