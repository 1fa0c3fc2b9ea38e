/**
 * Frames of RELP: `TXNR SP COMMAND SP DATALEN [SP DATA] LF`. Numbers have one to nine digits, a command up to 32 letters.
 * Source: "RELP - The Reliable Event Logging Protocol" (librelp, doc/relp.md).
 */

export interface RelpHeader {
  /** Number of the transaction, from 1; 0 for a hint, which is not answered. */
  readonly txnr: number;
  readonly command: string;
  /** Bytes of data. */
  readonly length: number;
}

export interface RelpFrameHandler {
  begin(header: RelpHeader): void;
  /** Data as it comes, in pieces. */
  data(bytes: Buffer): void;
  end(): void;
}

/** What came is no RELP: where it would go on cannot be known, so the connection has to end. */
export class RelpFrameError extends Error {
  override readonly name = "RelpFrameError";
}

const space = 0x20;
const lineFeed = 0x0a;
const zero = 0x30;
const maxDigits = 9;
/** Nine digits, 32 letters, nine digits, and the spaces after them. */
const maxHeaderBytes = 9 + 1 + 32 + 1 + 9 + 1;
const headerPattern = /^(\d{1,9}) ([A-Za-z]{1,32}) (\d{1,9})$/;
const noBytes = Buffer.alloc(0);

/** header -> data -> trailer -> header … of one connection. */
export class RelpFrameReader {
  /** Bytes of a header that has not come whole. */
  private head: Buffer = noBytes;
  /** Bytes of data that have not come; undefined within a header. */
  private missing: number | undefined;

  constructor(private readonly handler: RelpFrameHandler) {}

  /** Whether a frame has begun whose end has not come. */
  get begun(): boolean {
    return this.missing !== undefined || this.head.length > 0;
  }

  /** Throws a RelpFrameError; what was handed over before it stands. */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.missing === undefined ? this.readHeader(rest) : this.readData(rest, this.missing);
    }
  }

  private readHeader(bytes: Buffer): Buffer {
    const head = this.head.length === 0 ? bytes : Buffer.concat([this.head, bytes]);
    const end = headerEnd(head);
    if (end === undefined) {
      if (head.length > maxHeaderBytes) throw new RelpFrameError(`no RELP header: ${shown(head)}`);
      this.head = head;
      return noBytes;
    }
    const header = syslogHeader(head, end) ?? readHeader(head.subarray(0, end));
    if (header.length > 0 && head[end] === lineFeed) {
      throw new RelpFrameError(
        `a RELP header tells of ${header.length} bytes of data and ends without: ${shown(head)}`,
      );
    }
    this.head = noBytes;
    this.handler.begin(header);
    this.missing = header.length;
    // The LF after a header without data is the frame's own end; a space there is passed over.
    return head.subarray(head[end] === lineFeed ? end : end + 1);
  }

  private readData(bytes: Buffer, missing: number): Buffer {
    if (missing > 0) {
      const part = bytes.subarray(0, missing);
      this.handler.data(part);
      this.missing = missing - part.length;
      return bytes.subarray(part.length);
    }
    if (bytes[0] !== lineFeed) throw new RelpFrameError(`no LF after a RELP frame's data, but ${shown(bytes)}`);
    this.missing = undefined;
    this.handler.end();
    return bytes.subarray(1);
  }
}

/** Where the header's third field ends; undefined when it has not come. */
function headerEnd(head: Buffer): number | undefined {
  let spaces = 0;
  for (let i = 0; i < head.length && i <= maxHeaderBytes; i++) {
    if (head[i] === lineFeed || (head[i] === space && ++spaces === 3)) return i;
  }
  return undefined;
}

const syslogCommand = Buffer.from(" syslog ");

/** Nearly every header: `TXNR syslog DATALEN`, without a string; undefined for any other. */
function syslogHeader(head: Buffer, end: number): RelpHeader | undefined {
  const txnrEnd = digitsEnd(head, 0, end);
  const lengthAt = txnrEnd + syslogCommand.length;
  for (let i = 0; i < syslogCommand.length; i++) if (head[txnrEnd + i] !== syslogCommand[i]) return undefined;
  if (txnrEnd < 1 || lengthAt >= end || digitsEnd(head, lengthAt, end) !== end) return undefined;
  if (txnrEnd > maxDigits || end - lengthAt > maxDigits) return undefined;
  return { txnr: numberIn(head, 0, txnrEnd), command: "syslog", length: numberIn(head, lengthAt, end) };
}

function digitsEnd(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] as number) >= zero && (bytes[at] as number) <= zero + 9) at++;
  return at;
}

function numberIn(bytes: Buffer, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = number * 10 + (bytes[at] as number) - zero;
  return number;
}

function readHeader(head: Buffer): RelpHeader {
  const match = headerPattern.exec(head.toString("latin1"));
  if (match === null) throw new RelpFrameError(`no RELP header: ${shown(head)}`);
  return { txnr: Number(match[1]), command: match[2] as string, length: Number(match[3]) };
}

const shown = (bytes: Buffer): string => JSON.stringify(bytes.toString("latin1", 0, Math.min(bytes.length, 40)));

/** A frame to be sent. */
export function relpFrame(txnr: number, command: string, data = ""): string {
  const length = Buffer.byteLength(data);
  return `${txnr} ${command} ${length}${length === 0 ? "" : ` ${data}`}\n`;
}
