/**
 * LZ4 block format, raw: no frame, no length in front; the size is known from `x-log-bodyrawsize`.
 * Source: the LZ4 block format description (lz4.org). Our own because a bundled agent can hold no native module and the
 * pure JavaScript package is not kept (docs/decisions/0003-lz4-of-our-own.md); checked against liblz4 in the tests.
 */

const minMatch = 4;
/** The last match must begin at least this far from the end … */
const matchLimit = 12;
/** … and the last five bytes are always literals. */
const lastLiterals = 5;
const maxOffset = 0xffff;
const hashBits = 14;

/** Largest compressed size of `length` bytes. */
export const lz4MaxSize = (length: number): number => length + Math.floor(length / 255) + 16;

const table = new Int32Array(1 << hashBits);
/** In the table: nothing has been there yet. Too far away from everything to be a match. */
const tooFar = -1 - maxOffset;

/** Where it is compressed to: most input shrinks to a fraction, and a buffer of the largest size for each would be memory to collect. */
let scratch = Buffer.alloc(0);
/** A scratch that is larger is not kept. */
const scratchLimit = 2 * 1024 * 1024;

function scratchOf(size: number): Buffer {
  if (size <= scratch.length) return scratch;
  const made = Buffer.allocUnsafeSlow(size);
  if (size <= scratchLimit) scratch = made;
  return made;
}

/** Compresses a block. Incompressible input grows by up to 0.4 %, and the result is still valid. */
export function lz4Compress(input: Uint8Array): Buffer {
  const out = scratchOf(lz4MaxSize(input.length));
  return Buffer.from(out.subarray(0, compressTo(out, input)));
}

/**
 * Returns the compressed size. Nothing follows the loop but what is in it too: the engine compiles it while it runs the first
 * time, and throws that away when it then comes upon what it has not seen yet.
 */
function compressTo(out: Buffer, input: Uint8Array): number {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  table.fill(tooFar);
  const searchEnd = input.length - matchLimit;
  const matchEnd = input.length - lastLiterals;
  let anchor = 0;
  let o = 0;
  let misses = 0;
  for (let i = 0; ;) {
    if (i > searchEnd) return writeSequence(out, o, input, anchor, input.length - anchor, 0, 0);
    const word = view.getInt32(i, true);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - hashBits);
    const candidate = table[slot] as number;
    table[slot] = i;
    if (i - candidate > maxOffset || view.getInt32(candidate, true) !== word) {
      i += 1 + (misses++ >> 6);
      continue;
    }
    misses = 0;
    const end = endOfMatch(view, i + minMatch, candidate + minMatch, matchEnd);
    o = writeSequence(out, o, input, anchor, i - anchor, i - candidate, end - i);
    i = end;
    anchor = end;
  }
}

/** How far what begins at `begin` is as what begins at `earlier`, four bytes at a time: where the match ends, `limit` at most. */
function endOfMatch(view: DataView, begin: number, earlier: number, limit: number): number {
  let at = begin;
  let from = earlier;
  for (; at + 4 <= limit; at += 4, from += 4) {
    const differs = view.getInt32(at, true) ^ view.getInt32(from, true);
    // The lowest bit that differs is in the first byte that does.
    if (differs !== 0) return at + ((31 - Math.clz32(differs & -differs)) >>> 3);
  }
  while (at < limit && view.getUint8(at) === view.getUint8(from++)) at++;
  return at;
}

/** Up to here a loop is faster than a call into the runtime. */
const shortCopy = 32;

function writeLength(out: Buffer, at: number, rest: number): number {
  let o = at;
  let left = rest;
  for (; left >= 255; left -= 255) out[o++] = 255;
  out[o++] = left;
  return o;
}

/** Literals, then (unless it is the last sequence: `match` 0) an offset and a match. */
function writeSequence(
  out: Buffer,
  at: number,
  input: Uint8Array,
  literalsFrom: number,
  literals: number,
  offset: number,
  match: number,
): number {
  const extra = match - minMatch;
  let from = literalsFrom;
  let o = at;
  out[o++] = (Math.min(literals, 15) << 4) | (match === 0 ? 0 : Math.min(extra, 15));
  if (literals >= 15) o = writeLength(out, o, literals - 15);
  if (literals > shortCopy) {
    out.set(input.subarray(from, from + literals), o);
    o += literals;
  } else for (const end = from + literals; from < end;) out[o++] = input[from++] as number;
  if (match === 0) return o;
  out[o++] = offset & 0xff;
  out[o++] = offset >>> 8;
  if (extra >= 15) o = writeLength(out, o, extra - 15);
  return o;
}

/** Restores a block of which the raw size is known. Throws on anything that is not a block of exactly that size. */
export function lz4Decompress(block: Uint8Array, rawSize: number): Buffer {
  const out = Buffer.allocUnsafe(rawSize);
  const bad = (why: string): Error => new Error(`not a valid LZ4 block of ${rawSize} raw bytes: ${why}`);
  let i = 0;
  let o = 0;
  const length = (start: number): number => {
    let total = start;
    if (start !== 15) return total;
    for (;;) {
      const byte = block[i++];
      if (byte === undefined) throw bad("it ends within a length");
      total += byte;
      if (byte !== 255) return total;
    }
  };
  while (i < block.length) {
    const token = block[i++] as number;
    const literals = length(token >>> 4);
    if (i + literals > block.length) throw bad("it ends within literals");
    if (o + literals > rawSize) throw bad("it holds more than the stated size");
    if (literals > shortCopy) {
      out.set(block.subarray(i, i + literals), o);
      i += literals;
      o += literals;
    } else for (const end = i + literals; i < end;) out[o++] = block[i++] as number;
    if (i === block.length) break;
    const low = block[i++];
    const high = block[i++];
    if (low === undefined || high === undefined) throw bad("it ends within an offset");
    const offset = low | (high << 8);
    if (offset === 0 || offset > o) throw bad("an offset points before its beginning");
    const match = length(token & 15) + minMatch;
    if (o + match > rawSize) throw bad("it holds more than the stated size");
    if (match > shortCopy && offset >= match) {
      out.copyWithin(o, o - offset, o - offset + match);
      o += match;
    } else for (let from = o - offset, end = o + match; o < end;) out[o++] = out[from++] as number;
  }
  if (o !== rawSize) throw bad(`it holds ${o} bytes`);
  return out;
}
