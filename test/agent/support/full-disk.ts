import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";

export const diskError = (code: string): Error => Object.assign(new Error(`${code}: no, write`), { code });

const sizeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** A disk that takes so many bytes more; what is cut off or deleted makes room again. */
export function diskWithRoom(room: number): Disk {
  let free = room;
  const take = (bytes: number): void => {
    if (bytes > free) throw diskError("ENOSPC");
    free -= bytes;
  };
  return {
    ...realDisk,
    writeSync(handle, bytes, from) {
      const size = Math.min(bytes.length - from, free);
      if (size === 0) throw diskError("ENOSPC");
      take(size);
      return fs.writeSync(handle, bytes, from, size);
    },
    ftruncateSync(handle, size) {
      free += fs.fstatSync(handle).size - size;
      fs.ftruncateSync(handle, size);
    },
    copyFileSync(from, to, mode) {
      if (sizeOf(from) > free) fs.writeFileSync(to, fs.readFileSync(from).subarray(0, free));
      take(sizeOf(from));
      fs.copyFileSync(from, to, mode);
    },
    renameSync(from, to) {
      free += sizeOf(to);
      fs.renameSync(from, to);
    },
    rmSync(file, options) {
      free += sizeOf(file);
      fs.rmSync(file, options);
    },
  };
}

const mount = (folder: string): void =>
  void execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
const unmount = (folder: string): void => void execFileSync("umount", [folder], { stdio: "ignore" });

const mountPoint = (): string => fs.mkdtempSync(join(tmpdir(), "sls-agent-mount-"));

/** A real file system of 64 KiB, gone when the test is. */
export function tinyFileSystem(): string {
  const folder = mountPoint();
  mount(folder);
  onTestFinished(() => {
    unmount(folder);
    fs.rmdirSync(folder);
  });
  return folder;
}

/** Only root may, and not in every container. */
export function canMount(): boolean {
  const folder = mountPoint();
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    fs.rmdirSync(folder);
  }
}
