/** Disks of a process that is killed, and of a machine that loses its power, at a chosen moment. */
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import { diskError } from "./full-disk";
import { turn } from "./world";

/** What becomes of the change in which the process dies: nothing, half of a write, or all of it, and nobody is told. */
export type LastChange = "not done" | "half done" | "done";

export interface DyingDisk extends Disk {
  /** Changes asked for until now. */
  readonly changes: number;
  readonly dead: boolean;
  /** Resolves when it is. */
  readonly death: Promise<void>;
}

/** A disk that takes so many changes; the next one is the last, and after it there is nobody who could ask for one. */
export function dyingDisk(mostChanges: number, last: LastChange, under: Disk = realDisk): DyingDisk {
  let changes = 0;
  let die = (): void => undefined;
  const death = new Promise<void>((resolve) => (die = resolve));
  /** Whether the change may be done; in the moment of death `half` is, or all of it. */
  const alive = (half: () => void, all: () => void): boolean => {
    if (changes++ < mostChanges) return true;
    if (changes === mostChanges + 1) {
      if (last === "half done") half();
      if (last === "done") all();
      die();
    }
    return false;
  };
  const guarded = <T>(half: () => void, all: () => T): T => {
    if (alive(half, all)) return all();
    throw diskError("EKILLED");
  };
  const none = (): void => undefined;
  const halfOf = (buffers: readonly Buffer[]): Buffer[] => {
    const bytes = Buffer.concat(buffers);
    return [bytes.subarray(0, bytes.length >> 1)];
  };
  return {
    ...under,
    get changes() {
      return changes;
    },
    get dead() {
      return changes > mostChanges;
    },
    death,
    openSync: (file, flags, mode) => guarded(none, () => under.openSync(file, flags, mode)),
    writeSync: (handle, bytes, from) =>
      guarded(
        () => void under.writeSync(handle, bytes.subarray(0, from + ((bytes.length - from) >> 1)), from),
        () => under.writeSync(handle, bytes, from),
      ),
    writevSync: (handle, buffers, position) =>
      guarded(
        () => void under.writevSync(handle, halfOf(buffers), position),
        () => under.writevSync(handle, buffers, position),
      ),
    async writev(handle, buffers, position) {
      // Other changes come in between.
      await turn();
      return guarded(
        () => void under.writevSync(handle, halfOf(buffers), position),
        () => under.writevSync(handle, buffers, position),
      );
    },
    fdatasync: async (handle) => guarded(none, () => under.fsyncSync(handle)),
    fsyncSync: (handle) => guarded(none, () => under.fsyncSync(handle)),
    ftruncateSync: (handle, size) => guarded(none, () => under.ftruncateSync(handle, size)),
    renameSync: (from, to) => guarded(none, () => under.renameSync(from, to)),
    rmSync: (file, options) => guarded(none, () => under.rmSync(file, options)),
  };
}

/**
 * What a power cut leaves of what no one has promised: `nothing`: files end where they were synced, names are those of the
 * folder's last sync (what was deleted since is back). `zeros`: the names and sizes are there, the bytes are not.
 */
export type Unpromised = "nothing" | "zeros";

export interface PowerCutDisk extends Disk {
  /** Makes the folder what is found when the power is back. */
  cut(unpromised: Unpromised): void;
}

/** Remembers what was promised of one folder and the folders in it. Linux tells by `/proc` what a handle is of. */
export function powerCutDisk(root: string): PowerCutDisk {
  /** By file. */
  const synced = new Map<string, Buffer>();
  /** By folder. */
  const names = new Map<string, readonly string[]>([[root, []]]);
  const promise = (handle: number): void => {
    const path = fs.readlinkSync(`/proc/self/fd/${handle}`);
    if (path !== root && dirname(path) !== root && dirname(dirname(path)) !== root) return;
    if (fs.fstatSync(handle).isDirectory()) names.set(path, fs.readdirSync(path));
    else synced.set(path, fs.readFileSync(path));
  };
  const find = (folder: string, unpromised: Unpromised): void => {
    const there = fs.readdirSync(folder);
    const left = unpromised === "zeros" ? there : (names.get(folder) ?? []);
    for (const name of there) {
      const file = join(folder, name);
      if (fs.statSync(file).isDirectory()) find(file, unpromised);
      if (!left.includes(name)) fs.rmSync(file, { recursive: true });
    }
    for (const name of left) {
      const file = join(folder, name);
      if (names.has(file) || fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
        fs.mkdirSync(file, { recursive: true });
        continue;
      }
      const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      const bytes = synced.get(file) ?? Buffer.alloc(0);
      const zeros = unpromised === "zeros" ? Buffer.alloc(Math.max(0, size - bytes.length)) : Buffer.alloc(0);
      fs.writeFileSync(file, Buffer.concat([bytes, zeros]));
    }
  };
  return {
    ...realDisk,
    fdatasync: async (handle) => promise(handle),
    fsyncSync: promise,
    renameSync(from, to) {
      fs.renameSync(from, to);
      const bytes = synced.get(from);
      if (bytes !== undefined) synced.set(to, bytes);
    },
    cut: (unpromised) => find(root, unpromised),
  };
}
