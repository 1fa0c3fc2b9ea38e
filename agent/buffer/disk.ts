import * as fs from "node:fs";
import { promisify } from "node:util";

/** What changes files, so that a test can have a full or slow disk. Each function is that of `node:fs`, or its promise. */
export interface Disk {
  openSync(file: string, flags: string, mode: number): number;
  writeSync(handle: number, bytes: Uint8Array, from: number): number;
  /** Resolves to the bytes that were written, which may be fewer. */
  writev(handle: number, buffers: readonly Buffer[], position: number): Promise<number>;
  writevSync(handle: number, buffers: readonly Buffer[], position: number): number;
  fdatasync(handle: number): Promise<void>;
  fsyncSync(handle: number): void;
  ftruncateSync(handle: number, size: number): void;
  renameSync(from: string, to: string): void;
  rmSync(file: string, options: { force: boolean }): void;
  /** Fills `into` with what begins at `from`; resolves to the bytes that were read, fewer at the end of the file. */
  read(file: string, into: Buffer, from: number): Promise<number>;
}

const writev = promisify(fs.writev);

export const realDisk: Disk = {
  openSync: (file, flags, mode) => fs.openSync(file, flags, mode),
  writeSync: (handle, bytes, from) => fs.writeSync(handle, bytes, from),
  writev: async (handle, buffers, position) => (await writev(handle, buffers, position)).bytesWritten,
  writevSync: (handle, buffers, position) => fs.writevSync(handle, buffers, position),
  fdatasync: promisify(fs.fdatasync),
  fsyncSync: (handle) => fs.fsyncSync(handle),
  ftruncateSync: (handle, size) => fs.ftruncateSync(handle, size),
  renameSync: (from, to) => fs.renameSync(from, to),
  rmSync: (file, options) => fs.rmSync(file, options),
  read: async (file, into, from) => {
    const handle = await fs.promises.open(file, "r");
    try {
      return (await handle.read(into, 0, into.length, from)).bytesRead;
    } finally {
      await handle.close();
    }
  },
};

/** Writes all of it, also when the disk takes it in parts. */
export async function writeAll(
  disk: Disk,
  handle: number,
  buffers: readonly Buffer[],
  position: number,
): Promise<void> {
  const size = sizeOf(buffers);
  let written = await disk.writev(handle, buffers, position);
  while (written < size) written += await disk.writev(handle, after(buffers, written), position + written);
}

export function writeAllSync(disk: Disk, handle: number, buffers: readonly Buffer[], position: number): void {
  const size = sizeOf(buffers);
  let written = disk.writevSync(handle, buffers, position);
  while (written < size) written += disk.writevSync(handle, after(buffers, written), position + written);
}

const sizeOf = (buffers: readonly Buffer[]): number => buffers.reduce((sum, { length }) => sum + length, 0);
const after = (buffers: readonly Buffer[], written: number): Buffer[] => [Buffer.concat(buffers).subarray(written)];

/** Appends bytes that must not be torn: when the disk does not take all of them, the file is cut back to where it was. */
export function appendWhole(disk: Disk, handle: number, bytes: Uint8Array): void {
  const { size } = fs.fstatSync(handle);
  try {
    for (let written = 0; written < bytes.length;) written += disk.writeSync(handle, bytes, written);
  } catch (error) {
    // Whoever reads the file copes with a torn end too, should this fail as well.
    attempt(() => disk.ftruncateSync(handle, size));
    throw error;
  }
}

/** For what may fail: the error, if there was one. */
export function attempt(action: () => void): Error | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Opens, lets use, closes. */
export function withFile<T>(file: string, flags: string, use: (handle: number) => T): T {
  const handle = fs.openSync(file, flags, 0o600);
  try {
    return use(handle);
  } finally {
    fs.closeSync(handle);
  }
}
