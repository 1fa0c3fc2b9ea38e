import * as fs from "node:fs";
import { join } from "node:path";
import type { Emit } from "../status/events";
import { attempt, realDisk, type Disk } from "./disk";
import { destinationKey, type Destination, type LogRecord } from "./record";
import { appendToSpillFile, readSpillFile, temporarySuffix, writeSpillFile, type Written } from "./spill-file";
import { spillSuffix, type SpilledRecords } from "./spill-format";

/** The files of one logstore; more than one only when a person put them there. */
interface Held {
  readonly files: readonly string[];
  /** Records in them that are not settled yet. */
  readonly left: Set<LogRecord>;
}

/**
 * What is kept between two runs, one file a logstore. `recover` reads it at the start, `keep` writes it at the end. In
 * between a file stays until all its records are settled: being killed doubles lines and loses none. A line that is on
 * disk stays there until it is settled; a file that cannot be read is put beside under a name of its own.
 */
export class SpillFolder {
  private readonly held = new Map<string, Held>();
  /** Damaged files that could not be copied: they may neither be replaced nor deleted. */
  private readonly uncopied = new Set<string>();
  /** Settled files that are still there, and whether that was told. */
  private readonly done = new Map<string, { told: boolean }>();

  constructor(
    private readonly folder: string,
    private readonly emit: Emit,
    private readonly disk: Disk = realDisk,
  ) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  recover(): readonly SpilledRecords[] {
    const names = fs.readdirSync(this.folder).sort();
    for (const name of names) {
      if (name.endsWith(`${spillSuffix}${temporarySuffix}`)) this.discard(join(this.folder, name));
    }
    const spilled = names
      .filter((name) => name.endsWith(spillSuffix))
      .map((name) => this.read(join(this.folder, name)))
      .filter((each) => each !== undefined);
    this.clear();
    return spilled;
  }

  /** These records need not be kept any more. Never throws. */
  settled(key: string, records: readonly LogRecord[]): void {
    const held = this.held.get(key);
    if (held) {
      for (const record of records) held.left.delete(record);
      if (held.left.size === 0) {
        this.held.delete(key);
        held.files.forEach((file) => this.discard(file));
      }
    }
    this.clear();
  }

  /** Writes what is not settled. Returns how many lines could not be kept. Never throws. */
  keep(destination: Destination, unsettled: readonly LogRecord[]): number {
    this.clear();
    const held = this.held.get(destinationKey(destination));
    const old = unsettled.filter((record) => held?.left.has(record));
    const fresh = unsettled.filter((record) => !held?.left.has(record));
    const file = join(this.folder, `${destinationKey(destination)}${spillSuffix}`);
    const written = this.replace(file, destination, held, old, fresh) ?? this.extend(held, old, fresh);
    const kept = Math.max(old.length, written.safe);
    const lost = unsettled.length - kept;
    const { bytes, error } = written;
    const where = { ...destination, file: this.held.get(destinationKey(destination))?.files[0] ?? file };
    if (kept > 0) this.emit({ type: "BufferKept", ...where, lines: kept, bytes });
    if (lost > 0) this.emit({ type: "BufferNotKept", ...where, lines: lost, message: error?.message ?? "unknown" });
    return lost;
  }

  /** One new file with everything. Undefined when there is an old one that must stay, because not all got into the new. */
  private replace(
    file: string,
    destination: Destination,
    held: Held | undefined,
    old: readonly LogRecord[],
    fresh: readonly LogRecord[],
  ): Written | undefined {
    if (held?.files.some((each) => this.uncopied.has(each))) return undefined;
    // Lines that are on disk already come first: order within a source is as it was, recovered lines are older.
    const records = [...old, ...fresh];
    let written: Written = { lines: 0, safe: 0, bytes: 0 };
    const problem = attempt(() => {
      const settled = this.done.has(file) && !this.uncopied.has(file);
      if (fs.existsSync(file) && !held?.files.includes(file) && !settled) {
        this.moveAside(file, "it could not be read at the start");
      }
      written = writeSpillFile(file, destination, records, { whole: held !== undefined, disk: this.disk });
    });
    if (written.lines === 0) {
      const error = problem ?? written.error;
      return held ? undefined : { ...written, ...(error ? { error } : {}) };
    }
    this.held.set(destinationKey(destination), { files: [file], left: new Set(records.slice(0, written.lines)) });
    this.done.delete(file);
    for (const other of held?.files ?? []) if (other !== file) this.discard(other);
    this.clear();
    return written;
  }

  /** New records go to the end of the old file: a disk that has no room for both files may have it for these. */
  private extend(held: Held | undefined, old: readonly LogRecord[], fresh: readonly LogRecord[]): Written {
    const [file] = held?.files ?? [];
    if (file === undefined || held === undefined) return { lines: 0, safe: 0, bytes: 0 };
    const added = appendToSpillFile(file, fresh, this.disk);
    for (const record of fresh.slice(0, added.lines)) held.left.add(record);
    let { bytes } = added;
    attempt(() => (bytes = fs.statSync(file).size));
    return { ...added, bytes, lines: old.length + added.lines, safe: old.length + added.safe };
  }

  private read(file: string): SpilledRecords | undefined {
    let spilled: SpilledRecords;
    try {
      spilled = readSpillFile(file);
    } catch (error) {
      const { message } = error as Error;
      const problem = attempt(() => this.moveAside(file, message));
      if (problem) this.tellDamage(file, 0, `${message}; it could not be moved away: ${problem.message}`);
      return undefined;
    }
    const { destination, records, damage } = spilled;
    if (damage) this.copyAside(file, damage);
    if (records.length === 0) {
      this.discard(file);
      return undefined;
    }
    const key = destinationKey(destination);
    const { files = [], left = [] } = this.held.get(key) ?? {};
    this.held.set(key, { files: [...files, file], left: new Set([...left, ...records]) });
    return spilled;
  }

  /** The same damage, met again after a kill, is not copied again. */
  private copyAside(file: string, damage: { readonly bytes: number; readonly why: string }): void {
    let aside = file;
    const problem = attempt(() => {
      const bytes = fs.readFileSync(file);
      aside = asideName(
        file,
        (other) => fs.statSync(other).size === bytes.length && fs.readFileSync(other).equals(bytes),
      );
      if (fs.existsSync(aside)) return;
      try {
        this.disk.copyFileSync(file, aside, fs.constants.COPYFILE_EXCL);
      } catch (error) {
        attempt(() => this.disk.rmSync(aside, { force: true }));
        throw error;
      }
    });
    if (problem === undefined) return this.tellDamage(aside, damage.bytes, damage.why);
    this.uncopied.add(file);
    this.tellDamage(file, damage.bytes, `${damage.why}; it could not be copied: ${problem.message}`);
  }

  private moveAside(file: string, why: string): void {
    const aside = asideName(file);
    const { size } = fs.statSync(file);
    this.disk.renameSync(file, aside);
    this.tellDamage(aside, size, why);
  }

  private tellDamage(file: string, bytes: number, why: string): void {
    this.emit({ type: "BufferDamaged", file, bytes, why });
  }

  private discard(file: string): void {
    this.done.set(file, { told: false });
  }

  /** Deletes what is settled; what cannot be deleted now is tried again next time, and told once. */
  private clear(): void {
    for (const [file, state] of this.done) {
      const problem = attempt(() => {
        if (this.uncopied.has(file)) this.disk.renameSync(file, asideName(file));
        else this.disk.rmSync(file, { force: true });
      });
      if (problem === undefined) {
        this.done.delete(file);
        this.uncopied.delete(file);
      } else if (!state.told) {
        state.told = true;
        this.emit({ type: "BufferNotRemoved", file, message: problem.message });
      }
    }
  }
}

/** `FILE.damaged.1`, or the first number that is free or that `mayBe` takes. */
function asideName(file: string, mayBe: (other: string) => boolean = () => false): string {
  for (let n = 1; ; n++) {
    const name = `${file}.damaged.${n}`;
    if (!fs.existsSync(name) || mayBe(name)) return name;
  }
}
