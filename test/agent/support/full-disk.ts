import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";

export const diskError = (code: string): Error => Object.assign(new Error(`${code}: no, write`), { code });

const sizeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** A disk that takes so many bytes more (`free`); what is cut off or deleted makes room again. */
export function diskWithRoom(room: number): Disk & { free: number } {
  const take = (bytes: number): number => {
    const size = Math.min(bytes, disk.free);
    if (size === 0 && bytes > 0) throw diskError("ENOSPC");
    disk.free -= size;
    return size;
  };
  const fitting = (buffers: readonly Buffer[]): Buffer => {
    const bytes = Buffer.concat(buffers);
    return bytes.subarray(0, take(bytes.length));
  };
  const disk: Disk & { free: number } = {
    ...realDisk,
    free: room,
    writeSync: (handle, bytes, from) => fs.writeSync(handle, bytes, from, take(bytes.length - from)),
    writevSync: (handle, buffers, position) => realDisk.writevSync(handle, [fitting(buffers)], position),
    writev: async (handle, buffers, position) => realDisk.writev(handle, [fitting(buffers)], position),
    ftruncateSync(handle, size) {
      disk.free += Math.max(0, fs.fstatSync(handle).size - size);
      fs.ftruncateSync(handle, size);
    },
    renameSync(from, to) {
      disk.free += sizeOf(to);
      fs.renameSync(from, to);
    },
    rmSync(file, options) {
      disk.free += sizeOf(file);
      fs.rmSync(file, options);
    },
  };
  return disk;
}

const mount = (folder: string, size: string): void =>
  void execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "ignore" });
const unmount = (folder: string): void => void execFileSync("umount", [folder], { stdio: "ignore" });

const mountPoint = (): string => fs.mkdtempSync(join(tmpdir(), "sls-agent-mount-"));

/** A real file system of 64 KiB, or of the size given, gone when the test is. */
export function tinyFileSystem(size = "64k"): string {
  const folder = mountPoint();
  mount(folder, size);
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
    mount(folder, "64k");
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    fs.rmdirSync(folder);
  }
}
