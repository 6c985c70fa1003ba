/** Byte-level knowledge of JSON's structure, shared by the layout probe and the value splitter. */
export const byteOf = {
  quote: 0x22,
  backslash: 0x5c,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  comma: 0x2c,
  colon: 0x3a,
  newline: 0x0a,
} as const;

export function isBlankByte(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isBlankByte(bytes[at] as number)) at++;
  return at;
}

/** Where the scan of one container stopped. `more`: the bytes ended before the value did. */
export type ScanResult = 'more' | 'closed' | 'broken';

/**
 * Follows one `{…}` or `[…]` over any number of chunks without building it. `broken` means that no
 * valid JSON can follow: a bracket closes the wrong container, a key position holds a container, or a
 * string runs over the end of a line.
 */
export interface ContainerScan {
  /** Scans from `from`; afterwards `at` is behind the last byte that was looked at. */
  scan(bytes: Buffer, from: number): ScanResult;
  at: number;
  /** Newlines passed so far. */
  lines: number;
}

/** With `openObjects` the scan begins behind a value inside that many objects. */
export function containerScan(openObjects = 0): ContainerScan {
  let inString = false;
  let isEscaped = false;
  let depth = openObjects;
  let isObject = new Uint8Array(64).fill(1, 0, openObjects + 1);
  let last = 0;

  const self: ContainerScan = {
    at: 0,
    lines: 0,
    scan(bytes, from) {
      const length = bytes.length;
      let i = from;
      while (i < length) {
        if (inString) {
          if (isEscaped) {
            isEscaped = false;
            i++;
            continue;
          }
          let byte = bytes[i] as number;
          while (byte !== 0x22 && byte !== 0x5c && byte !== 0x0a) {
            i++;
            if (i >= length) break;
            byte = bytes[i] as number;
          }
          if (i >= length) break;
          i++;
          if (byte === 0x22) inString = false;
          else if (byte === 0x5c) isEscaped = true;
          else {
            self.lines++;
            self.at = i;
            return 'broken';
          }
          continue;
        }
        const byte = bytes[i++] as number;
        switch (byte) {
          case 0x22:
            inString = true;
            break;
          case 0x0a:
            self.lines++;
            break;
          case 0x2c:
          case 0x3a:
            last = byte;
            break;
          case 0x7b:
          case 0x5b:
            // Inside an object a container may stand behind a colon only.
            if (depth > 0 && isObject[depth] === 1 && last !== 0x3a) {
              self.at = i;
              return 'broken';
            }
            depth++;
            if (depth >= isObject.length) {
              const wider = new Uint8Array(isObject.length * 2);
              wider.set(isObject);
              isObject = wider;
            }
            isObject[depth] = byte === 0x7b ? 1 : 0;
            last = byte;
            break;
          case 0x7d:
          case 0x5d:
            if ((isObject[depth] === 1) !== (byte === 0x7d)) {
              self.at = i;
              return 'broken';
            }
            depth--;
            last = byte;
            if (depth === 0) {
              self.at = i;
              return 'closed';
            }
            break;
        }
      }
      self.at = i;
      return 'more';
    },
  };
  return self;
}

/** The beginning `{"firstKey"` of an object's text without blanks; null when it does not begin so. */
export function headOfObject(bytes: Buffer, from: number): string | null {
  if (bytes[from] !== byteOf.openBrace) return null;
  const quote = skipBlanks(bytes, from + 1);
  if (bytes[quote] !== byteOf.quote) return null;
  const end = bytes.indexOf(byteOf.quote, quote + 1);
  return end === -1 || end - quote > 200 ? null : `{${bytes.toString('utf8', quote, end + 1)}`;
}
