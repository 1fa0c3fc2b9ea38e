import * as fs from "node:fs";

/** A line of a file, and where it lies: `to` is behind its LF. */
export interface FileLine {
  readonly from: number;
  readonly to: number;
  /** Without its LF, good until the next lines are asked for; undefined where it is longer than any line that the agent writes. */
  readonly bytes: Buffer | undefined;
  /** False for what stands after the last LF. */
  readonly ended: boolean;
}

const windowBytes = 256 * 1024;
/** A value of 900 KiB, each byte of which is escaped, is 5.4 MB of JSON. */
export const longestLine = 16 * 1024 * 1024;
const lf = 0x0a;

/** The file's lines from a byte on, some at a time, so that a large file takes little memory. Rejects when it cannot be read. */
export async function* linesOf(file: string, from = 0): AsyncGenerator<readonly FileLine[]> {
  const handle = await fs.promises.open(file, "r");
  try {
    const window = Buffer.allocUnsafe(windowBytes);
    /** Begins in an earlier window. */
    let begun: Buffer[] = [];
    let begunBytes = 0;
    let lineFrom = from;
    for (let at = from; ;) {
      const { bytesRead } = await handle.read(window, 0, windowBytes, at);
      if (bytesRead === 0) break;
      const lines: FileLine[] = [];
      let begin = 0;
      for (let end = window.indexOf(lf); end >= 0 && end < bytesRead; end = window.indexOf(lf, begin)) {
        const part = window.subarray(begin, end);
        begunBytes += part.length;
        const bytes = begunBytes > longestLine ? undefined : begun.length > 0 ? Buffer.concat([...begun, part]) : part;
        lines.push({ from: lineFrom, to: at + end + 1, bytes, ended: true });
        [begun, begunBytes] = [[], 0];
        begin = end + 1;
        lineFrom = at + begin;
      }
      if (lines.length > 0) yield lines;
      begunBytes += bytesRead - begin;
      if (begunBytes > longestLine) begun = [];
      else if (begin < bytesRead) begun.push(Buffer.from(window.subarray(begin, bytesRead)));
      at += bytesRead;
    }
    const bytes = begunBytes > longestLine ? undefined : Buffer.concat(begun);
    if (begunBytes > 0) yield [{ from: lineFrom, to: lineFrom + begunBytes, bytes, ended: false }];
  } finally {
    await handle.close();
  }
}

/** Lines from one byte to another, the last one also where it has no end; empty ones are none. */
export async function countLines(file: string, from: number, to: number): Promise<number> {
  const handle = await fs.promises.open(file, "r");
  try {
    const window = Buffer.allocUnsafe(windowBytes);
    let count = 0;
    let last = lf;
    for (let at = from; at < to;) {
      const { bytesRead } = await handle.read(window, 0, Math.min(windowBytes, to - at), at);
      if (bytesRead === 0) break;
      for (let i = 0; i < bytesRead; i++) {
        const byte = window[i] as number;
        if (byte === lf && last !== lf) count++;
        last = byte;
      }
      at += bytesRead;
    }
    return last === lf ? count : count + 1;
  } finally {
    await handle.close();
  }
}
