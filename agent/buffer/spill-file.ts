/**
 * Records on disk between two runs; what the bytes mean is in spill-format.ts. A new file is written under another name,
 * synced, then renamed. A disk that gets full leaves whole records. All is synchronous: it is the last thing that a
 * stopping process does.
 */
import * as fs from "node:fs";
import { basename, dirname } from "node:path";
import { appendWhole, attempt, realDisk, withFile, type Disk } from "./disk";
import type { Destination, LogRecord } from "./record";
import { decodeSpill, encodeHeader, encodeRecord, type SpilledRecords } from "./spill-format";

export const temporarySuffix = ".tmp";

/** What came of writing. */
export interface Written {
  /** So many records, the first ones, are in the file. */
  readonly lines: number;
  /** Of those, how many the disk promised to have. */
  readonly safe: number;
  /** Size of the file. */
  readonly bytes: number;
  /** Why it is not all of them. */
  readonly error?: Error;
}

const nothing = (error: Error): Written => ({ lines: 0, safe: 0, bytes: 0, error });

/**
 * Writes a new file, in the place of an old one. When not all records fit, it has the first ones; or, `whole`, there is
 * none and the old one stays. No file without records is made.
 */
export function writeSpillFile(
  file: string,
  destination: Destination,
  records: Iterable<LogRecord>,
  { whole = false, disk = realDisk }: { readonly whole?: boolean; readonly disk?: Disk } = {},
): Written {
  const temporary = `${file}${temporarySuffix}`;
  let written: Written | undefined;
  const problem = attempt(() => {
    written = withFile(temporary, "w", (handle) => {
      const header = appendWhole(disk, handle, [encodeHeader(destination)]);
      return header.error ? nothing(header.error) : append(disk, handle, records);
    });
    if (written.lines === 0 || (whole && written.error)) {
      disk.rmSync(temporary, { force: true });
      written = { ...written, lines: 0, safe: 0 };
    } else disk.renameSync(temporary, file);
  });
  if (problem !== undefined || written === undefined) {
    attempt(() => disk.rmSync(temporary, { force: true }));
    return nothing(problem as Error);
  }
  if (written.lines === 0) return written;
  const unsure = attempt(() => syncFolder(disk, dirname(file)));
  return unsure ? { ...written, safe: 0, error: unsure } : written;
}

/** Adds to a file that is there. When not all records fit, it gets the first ones. */
export function appendToSpillFile(file: string, records: Iterable<LogRecord>, disk: Disk = realDisk): Written {
  let written: Written | undefined;
  const problem = attempt(() => (written = withFile(file, "a", (handle) => append(disk, handle, records))));
  return written ?? nothing(problem as Error);
}

function append(disk: Disk, handle: number, records: Iterable<LogRecord>): Written {
  const { pieces: lines, size: bytes, error } = appendWhole(disk, handle, encoded(records));
  const unsure = attempt(() => disk.fsyncSync(handle));
  if (unsure) return { lines, safe: 0, bytes, error: unsure };
  return { lines, safe: lines, bytes, ...(error ? { error } : {}) };
}

function* encoded(records: Iterable<LogRecord>): Iterable<Buffer> {
  for (const record of records) yield encodeRecord(record);
}

/** A rename is only safe once its folder is. */
function syncFolder(disk: Disk, folder: string): void {
  withFile(folder, "r", (handle) => disk.fsyncSync(handle));
}

/** Damage inside costs the damaged records only. Throws when it is no such file at all, or one of another version. */
export function readSpillFile(file: string): SpilledRecords {
  return decodeSpill(fs.readFileSync(file), basename(file));
}
