import * as fs from "node:fs";
import { join } from "node:path";
import { appendWhole, attempt, realDisk, withFile, type Disk } from "../buffer/disk";
import { destinationKey, type Destination } from "../buffer/destination";
import type { FileLine } from "./file-lines";

/** A file with lines that are set aside. */
export interface SetAsidePart {
  readonly file: string;
  /** Where the first of them begins: what stands before it is settled. */
  readonly from: number;
  /** Of those that are sent again, the oldest has the lowest; undefined for the one that lines are added to. */
  readonly number: number | undefined;
}

/** `P.L.jsonl` is added to; `P.L.resend-NUMBER-FROM.jsonl` is sent again, from that byte on. */
const fileName = /^([^.]+)\.([^.]+)\.(?:resend-(\d+)-(\d+)\.)?jsonl$/;

/**
 * The files of lines set aside. Those that are to be sent again get a name of their own first, so that what is refused
 * meanwhile is apart from them; how far they were sent is in that name, for a rename is done or not, also in a kill, and
 * needs no room on a full disk.
 */
export class SetAsideFolder {
  constructor(
    readonly path: string,
    private readonly disk: Disk = realDisk,
  ) {}

  /** Logstores that have lines here, by name. Throws when the folder cannot be read; one that is not there has none. */
  destinations(): readonly Destination[] {
    const found = new Map<string, Destination>();
    for (const { destination } of this.files()) found.set(destinationKey(destination), destination);
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, destination]) => destination);
  }

  /** Those of one logstore, the oldest first. */
  parts(destination: Destination): readonly SetAsidePart[] {
    const key = destinationKey(destination);
    return this.files()
      .filter((each) => destinationKey(each.destination) === key)
      .map(({ part }) => part)
      .sort((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity));
  }

  /** Bytes of lines of one logstore. */
  bytes(destination: Destination): number {
    return this.parts(destination).reduce((sum, { file, from }) => sum + sizeOf(file) - from, 0);
  }

  /** Where lines of this logstore are added. */
  fileOf(destination: Destination): string {
    return join(this.path, `${destinationKey(destination)}.jsonl`);
  }

  /** What could not be read, for a person. */
  damagedFileOf(destination: Destination): string {
    return join(this.path, `${destinationKey(destination)}.damaged`);
  }

  /** Gives what is there names of its own: lines that are set aside from now on are not among the returned. */
  beginResend(destination: Destination): readonly SetAsidePart[] {
    const parts = this.parts(destination);
    const last = parts.at(-1);
    if (last === undefined || last.number !== undefined) return parts;
    const number = (parts.at(-2)?.number ?? 0) + 1;
    return [...parts.slice(0, -1), this.renamed(destination, last.file, number, 0)];
  }

  /** Notes that the part is settled up to this byte. Throws when the disk does not take it. */
  settled(destination: Destination, part: SetAsidePart, from: number): SetAsidePart {
    return this.renamed(destination, part.file, part.number ?? 0, from);
  }

  /** Adds a line of a part, which cannot be read, to what is kept for a person. Throws when there is no room for it. */
  keepDamaged(destination: Destination, { file }: SetAsidePart, { from, to, ended }: FileLine): void {
    const bytes = Buffer.allocUnsafe(Math.min(to - from, 64 * 1024));
    const damaged = this.damagedFileOf(destination);
    const problem = attempt(() =>
      withFile(file, "r", (source) =>
        withFile(damaged, "a", (kept) => {
          for (let at = from; at < to;) {
            const size = fs.readSync(source, bytes, 0, Math.min(bytes.length, to - at), at);
            if (size === 0) break;
            appendWhole(this.disk, kept, bytes.subarray(0, size));
            at += size;
          }
          if (!ended) appendWhole(this.disk, kept, Buffer.from("\n"));
          this.disk.fsyncSync(kept);
        }),
      ),
    );
    if (problem === undefined) return;
    throw new Error(
      `${file} holds something at byte ${from} that cannot be read, nor kept in ${damaged}: ${problem.message}`,
    );
  }

  remove({ file }: SetAsidePart): void {
    this.disk.rmSync(file, { force: true });
    this.sync();
  }

  /** What was done to names here is safe from a power cut. */
  sync(): void {
    attempt(() => withFile(this.path, "r", (handle) => this.disk.fsyncSync(handle)));
  }

  private renamed(destination: Destination, from: string, number: number, at: number): SetAsidePart {
    const file = join(this.path, `${destinationKey(destination)}.resend-${number}-${at}.jsonl`);
    if (file !== from) this.disk.renameSync(from, file);
    return { file, from: at, number };
  }

  private files(): { readonly destination: Destination; readonly part: SetAsidePart }[] {
    return namesIn(this.path).flatMap((name) => {
      const [, project, logstore, number, from = "0"] = fileName.exec(name) ?? [];
      if (project === undefined || logstore === undefined) return [];
      const part = {
        file: join(this.path, name),
        from: Number(from),
        number: number === undefined ? undefined : Number(number),
      };
      return [{ destination: { project, logstore }, part }];
    });
  }
}

/** 0 for a file that is not there (any more). */
export const sizeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new Error(`${folder} cannot be read (${message}); run as the agent's user, or as root`);
  }
}
