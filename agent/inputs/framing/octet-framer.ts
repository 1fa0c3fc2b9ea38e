import type { Framer } from "../input";
import { LineAssembler } from "./line-assembler";
import { LineFramer, type OnLine } from "./line-framer";

const space = 0x20;
const lineFeed = 0x0a;
/** Digits of a length: more is no length that a sender means. */
export const maxLengthDigits = 9;
const noBytes = Buffer.alloc(0);

/**
 * Lines with their length before each (octet counting, RFC 6587, 3.4.1): `LENGTH SP LINE`. A line feed between two is
 * passed over, some senders put one there. Where no length stands, the framing is lost for good: the rest of the
 * connection is read with LF after each line, so that nothing of it is.
 */
export class OctetFramer implements Framer {
  private readonly line: LineAssembler;
  /** Digits of a length that has not come whole. */
  private head: Buffer = noBytes;
  /** Bytes of the line that have not come; undefined between two lines. */
  private missing: number | undefined;
  private lost: LineFramer | undefined;

  constructor(
    private readonly maxBytes: number,
    private readonly onLine: OnLine,
  ) {
    this.line = new LineAssembler(maxBytes, onLine);
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.lost !== undefined) return this.lost.push(rest);
      rest = this.missing === undefined ? this.readLength(rest) : this.readLine(rest, this.missing);
    }
  }

  end(): void {
    if (this.lost !== undefined) return this.lost.end();
    if (this.missing === undefined && this.head.length > 0) this.line.add(this.head);
    if (this.line.begun) this.line.finish();
  }

  /** Returns what follows. */
  private readLine(bytes: Buffer, missing: number): Buffer {
    const part = bytes.subarray(0, missing);
    this.line.add(part);
    this.missing = missing - part.length;
    if (this.missing === 0) {
      this.line.finish();
      this.missing = undefined;
    }
    return bytes.subarray(part.length);
  }

  private readLength(bytes: Buffer): Buffer {
    let from = 0;
    if (this.head.length === 0) while (bytes[from] === lineFeed) from++;
    const head = this.head.length === 0 ? bytes.subarray(from) : Buffer.concat([this.head, bytes]);
    this.head = noBytes;
    const digits = leadingDigits(head);
    if (digits === head.length && digits <= maxLengthDigits) {
      this.head = head;
      return noBytes;
    }
    if (digits === 0 || digits > maxLengthDigits || head[digits] !== space) {
      this.lost = new LineFramer(this.maxBytes, this.onLine);
      return head;
    }
    this.missing = Number(head.toString("latin1", 0, digits));
    if (this.missing === 0) {
      this.line.finish();
      this.missing = undefined;
    }
    return head.subarray(digits + 1);
  }
}

/** How many bytes at the beginning are digits. */
export function leadingDigits(bytes: Buffer): number {
  let count = 0;
  while (count < bytes.length && (bytes[count] as number) >= 0x30 && (bytes[count] as number) <= 0x39) count++;
  return count;
}
