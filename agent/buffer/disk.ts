import * as fs from "node:fs";

/** What changes files, so that a test can have a full disk. Each function is that of `node:fs`. */
export interface Disk {
  writeSync(handle: number, bytes: Uint8Array, from: number): number;
  fsyncSync(handle: number): void;
  ftruncateSync(handle: number, size: number): void;
  renameSync(from: string, to: string): void;
  copyFileSync(from: string, to: string, mode: number): void;
  rmSync(file: string, options: { force: boolean }): void;
}

export const realDisk: Disk = fs;

/**
 * Appends pieces that must not be torn. When the disk does not take all of them, the file is cut back to the last whole
 * one. The size is that of the file.
 */
export function appendWhole(
  disk: Disk,
  handle: number,
  pieces: Iterable<Uint8Array>,
): { readonly pieces: number; readonly size: number; readonly error?: Error } {
  let size = fs.fstatSync(handle).size;
  let count = 0;
  let pending: Uint8Array[] = [];
  let pendingSize = 0;
  const flush = (): void => {
    const bytes = Buffer.concat(pending);
    let written = 0;
    try {
      while (written < bytes.length) written += disk.writeSync(handle, bytes, written);
    } finally {
      for (const { length } of pending) {
        if (length > written) break;
        written -= length;
        size += length;
        count++;
      }
      pending = [];
      pendingSize = 0;
    }
  };
  try {
    for (const piece of pieces) {
      pending.push(piece);
      pendingSize += piece.length;
      if (pendingSize >= writeSize) flush();
    }
    flush();
    return { pieces: count, size };
  } catch (error) {
    // Whoever reads the file copes with a torn end too, should this fail as well.
    attempt(() => disk.ftruncateSync(handle, size));
    return { pieces: count, size, error: error as Error };
  }
}

const writeSize = 1024 * 1024;

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
