import * as fs from "node:fs";
import { basename, join } from "node:path";
import type { Emit } from "../../status/events";
import type { Destination, GroupFace } from "../destination";
import { attempt, type Disk } from "../disk";
import { decodeSpill, spillSuffix, type SpilledRecords } from "./spill-format";

export interface OldFilesOptions {
  readonly folder: string;
  readonly disk: Disk;
  readonly emit: Emit;
  readonly add: (destination: Destination, face: GroupFace, log: Buffer, time: number) => void;
  /** Resolves when everything that was added is safe. */
  readonly safe: () => Promise<void>;
}

/**
 * Takes over the files in which the first version of the agent kept its lines between two runs, PROJECT.LOGSTORE.buf. One is
 * deleted when its lines are safe in the new buffer; one that has damage is renamed instead, one that cannot be read stays.
 */
export function recoverOldFiles(options: OldFilesOptions): void {
  const { folder, disk, emit } = options;
  const done: { readonly file: string; readonly damaged: boolean }[] = [];
  for (const name of fs.readdirSync(folder).sort()) {
    const file = join(folder, name);
    if (name.endsWith(`${spillSuffix}.tmp`)) attempt(() => disk.rmSync(file, { force: true }));
    if (!name.endsWith(spillSuffix)) continue;
    let spilled: SpilledRecords;
    try {
      spilled = decodeSpill(fs.readFileSync(file), basename(file));
    } catch (error) {
      putAside(options, file, (error as Error).message);
      continue;
    }
    const { destination, records, damage } = spilled;
    if (damage) emit({ type: "BufferDamaged", file, lines: 0, ...damage });
    for (const { topic, source, log, time } of records) options.add(destination, { topic, source }, log, time);
    if (records.length > 0) emit({ type: "BufferRecovered", ...destination, lines: records.length });
    done.push({ file, damaged: damage !== undefined });
  }
  if (done.length > 0) void options.safe().then(() => done.forEach((one) => remove(options, one)));
}

function remove({ disk, emit }: OldFilesOptions, { file, damaged }: { file: string; damaged: boolean }): void {
  const problem = attempt(() => {
    if (damaged) disk.renameSync(file, asideName(file));
    else disk.rmSync(file, { force: true });
  });
  if (problem) emit({ type: "BufferNotRemoved", file, message: problem.message });
}

function putAside({ disk, emit }: OldFilesOptions, file: string, why: string): void {
  const aside = asideName(file);
  const { size } = fs.statSync(file);
  const problem = attempt(() => disk.renameSync(file, aside));
  const told = problem ? `${why}; it could not be moved away: ${problem.message}` : why;
  emit({ type: "BufferDamaged", file: problem ? file : aside, bytes: size, lines: 0, why: told });
}

/** `FILE.damaged.1`, or the first number that is free. */
function asideName(file: string): string {
  for (let n = 1; ; n++) {
    const name = `${file}.damaged.${n}`;
    if (!fs.existsSync(name)) return name;
  }
}
