// As a namespace: a Node without zstd must still load this file.
import * as zlib from 'node:zlib';
import type { ProblemReason } from '../model/problem.ts';

export type OpenedContainer =
  | { readonly ok: true /** UTF-8 without byte-order mark. */; readonly text: AsyncIterable<Buffer> }
  | { readonly ok: false; readonly reason: ProblemReason; readonly detail: string };

/** Thrown by the text of a container whose bytes end early or are damaged; readRuns makes it a problem. */
export class ContainerError extends Error {
  readonly reason: ProblemReason;
  constructor(reason: ProblemReason, detail: string) {
    super(detail);
    this.name = 'ContainerError';
    this.reason = reason;
  }
}

/** Peels what is around the text, told by its first bytes: gzip, zstd, UTF-16, byte-order marks. */
export async function openContainer(source: AsyncIterable<Uint8Array>): Promise<OpenedContainer> {
  const iterator = source[Symbol.asyncIterator]();
  const { head, done } = await readHead(iterator, 4);
  const bytes = rest(head, done ? null : iterator);
  const packing = packingOf(head);
  switch (packing) {
    case 'zip':
    case 'parquet': {
      await iterator.return?.();
      const detail = `This is a ${packing} container, which is not supported yet.`;
      return { ok: false, reason: 'unsupported-container', detail };
    }
    case 'gzip':
    case 'zstd': {
      if (packing === 'zstd' && zlib.createZstdDecompress === undefined) {
        await iterator.return?.();
        const detail = `This file is packed with zstd, which Node ${process.version} cannot read; Node 22.15 can.`;
        return { ok: false, reason: 'unsupported-container', detail };
      }
      return openContainer(inflated(bytes, packing));
    }
    case 'utf-16le':
    case 'utf-16be':
      return { ok: true, text: transcoded(bytes, packing) };
    case 'utf-8-bom':
      return { ok: true, text: withoutFirst(bytes, 3) };
    case 'plain':
      return { ok: true, text: bytes };
  }
}

type Packing = 'zip' | 'parquet' | 'gzip' | 'zstd' | 'utf-16le' | 'utf-16be' | 'utf-8-bom' | 'plain';

function packingOf(head: Buffer): Packing {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  if (a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18) return 'zstd';
  if (a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04) return 'zip';
  if (a === 0x50 && b === 0x41 && c === 0x52 && d === 0x31) return 'parquet';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8-bom';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return 'plain';
}

/** Beyond this size a file may be at most `maxRatio` times as large as it is stored. */
const freelyInflatedBytes = 1 << 30;
const maxRatio = 200;

async function* inflated(bytes: AsyncIterable<Buffer>, packing: 'gzip' | 'zstd'): AsyncGenerator<Buffer> {
  let storedBytes = 0;
  let inflatedBytes = 0;
  let member: InflatedMember | null = null;
  const count = (output: readonly Buffer[]): readonly Buffer[] => {
    for (const chunk of output) inflatedBytes += chunk.length;
    if (inflatedBytes > freelyInflatedBytes && inflatedBytes > storedBytes * maxRatio) {
      throw new ContainerError('unsupported-container', 'The file inflates to more than 200 times its size.');
    }
    return output;
  };
  try {
    for await (const chunk of bytes) {
      storedBytes += chunk.length;
      for (let left: Buffer = chunk; left.length > 0; ) {
        member ??= inflatedMember(packing);
        const written = await member.write(left);
        yield* count(written.output);
        left = written.unused;
        if (written.state === 'failed') throw damaged(packing);
        if (written.state === 'ended') member = null;
      }
    }
    if (member !== null) {
      const last = await member.end();
      yield* count(last.output);
      if (last.state === 'failed') throw damaged(packing);
    }
  } finally {
    member?.destroy();
  }
}

/** Normal for a file that is still being written: what was readable has been read. */
function damaged(packing: string): ContainerError {
  return new ContainerError('truncated-file', `The ${packing} data ends early or is damaged.`);
}

interface Written {
  readonly output: readonly Buffer[];
  /** Input behind the member's end: rotated logs hold several members one behind the other. */
  readonly unused: Buffer;
  readonly state: 'open' | 'ended' | 'failed';
}

interface InflatedMember {
  write(input: Buffer): Promise<Written>;
  end(): Promise<Written>;
  destroy(): void;
}

/** Driven by hand rather than piped, since a pipe drops what it has inflated when an error follows. */
function inflatedMember(packing: 'gzip' | 'zstd'): InflatedMember {
  const inflate = packing === 'gzip' ? zlib.createGunzip() : zlib.createZstdDecompress();
  let output: Buffer[] = [];
  let state: Written['state'] = 'open';
  let wake = (): void => {};
  inflate.on('data', (chunk: Buffer) => output.push(chunk));
  inflate.on('end', () => {
    state = 'ended';
    wake();
  });
  inflate.on('error', () => {
    state = 'failed';
    wake();
  });
  function settled(unused: () => Buffer): Written {
    const written = { output, unused: unused(), state };
    output = [];
    return written;
  }
  return {
    async write(input) {
      const before = inflate.bytesWritten;
      await new Promise<void>((resolve) => {
        wake = resolve;
        inflate.write(input, () => resolve());
      });
      return settled(() =>
        state === 'ended' ? input.subarray(inflate.bytesWritten - before) : Buffer.alloc(0),
      );
    },
    async end() {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (state !== 'open') resolve();
        inflate.end();
      });
      return settled(() => Buffer.alloc(0));
    },
    destroy: () => inflate.destroy(),
  };
}

async function* transcoded(
  bytes: AsyncIterable<Buffer>,
  label: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(label);
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8');
  yield Buffer.from(decoder.decode(), 'utf8');
}

async function* withoutFirst(bytes: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of bytes) {
    const cut = Math.min(left, chunk.length);
    left -= cut;
    if (cut < chunk.length) yield chunk.subarray(cut);
  }
}

async function readHead(
  iterator: AsyncIterator<Uint8Array>,
  bytes: number,
): Promise<{ readonly head: Buffer; readonly done: boolean }> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < bytes) {
    const next = await iterator.next();
    if (next.done === true) return { head, done: true };
    head = head.length === 0 ? asBuffer(next.value) : Buffer.concat([head, next.value]);
  }
  return { head, done: false };
}

async function* rest(head: Buffer, iterator: AsyncIterator<Uint8Array> | null): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    if (iterator === null) return;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      yield asBuffer(next.value);
    }
  } finally {
    await iterator?.return?.();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
