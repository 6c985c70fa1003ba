import { type Slice, type Splitter, tooLarge } from './slice.ts';

const newline = 0x0a;

/** One record a line. Blank lines, CRLF and a missing last newline are normal. */
export function lineSplitter(maxRecordBytes: number): Splitter {
  let pieces: Buffer[] = [];
  let heldBytes = 0;
  let isTooLarge = false;
  let line = 0;
  let lineByte = 0;
  let position = 0;

  function hold(piece: Buffer): void {
    if (isTooLarge || piece.length === 0) return;
    if (heldBytes + piece.length > maxRecordBytes) {
      isTooLarge = true;
      pieces = [];
      return;
    }
    pieces.push(piece);
    heldBytes += piece.length;
  }

  function close(out: Slice[]): void {
    if (isTooLarge) out.push(tooLarge(line, lineByte, maxRecordBytes));
    else {
      const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      if (!isBlank(bytes)) out.push({ ok: true, bytes, line, byte: lineByte });
    }
    pieces = [];
    heldBytes = 0;
    isTooLarge = false;
  }

  return {
    push(chunk) {
      const out: Slice[] = [];
      let from = 0;
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
        hold(chunk.subarray(from, at));
        close(out);
        from = at + 1;
        line++;
        lineByte = position + from;
      }
      hold(chunk.subarray(from));
      position += chunk.length;
      return out;
    },
    end() {
      const out: Slice[] = [];
      close(out);
      return out;
    },
  };
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}
