import * as fs from "node:fs";
import type { SlsError } from "../../sls/model/errors";
import { decodeLogGroup } from "../../sls/wire/log-group";
import type { Destination, GroupFace } from "../buffer/destination";
import { appendWhole, attempt, realDisk, withFile, type Disk } from "../buffer/disk";
import { SetAsideFolder } from "./folder";
import { encodeRecord } from "./record";

/**
 * Lines that the service refuses for good: one JSON object a line, with the reason, in `<project>.<logstore>.jsonl`. The
 * files of a logstore grow up to a limit: what was set aside first tells most, and is not given up for what comes later.
 */
export class SetAside {
  private readonly folder: SetAsideFolder;

  constructor(
    path: string,
    /** Of one logstore, in bytes; Infinity for lines that lie here already and are refused once more. */
    private readonly mostBytes: number,
    private readonly disk: Disk = realDisk,
  ) {
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    this.folder = new SetAsideFolder(path, disk);
  }

  /**
   * `logs` are fields of a LogGroup, end to end. Returns the file; undefined when it has no room for them. Throws when they
   * could not be written; they must then stay in the buffer, and the file is as it was.
   */
  add(destination: Destination, face: GroupFace, logs: Buffer, error: SlsError, at: Date): string | undefined {
    const file = this.fileOf(destination);
    let full = false;
    const why = { setAsideAt: at.toISOString(), code: error.code, reason: error.message };
    const lines = decodeLogGroup(logs).logs.map((log) => encodeRecord(destination, { ...why, face, log }));
    withFile(file, "a+", (handle) => {
      const { size } = fs.fstatSync(handle);
      const text = Buffer.from(`${endsLine(handle, size) ? "" : "\n"}${lines.join("\n")}\n`);
      full = this.folder.bytes(destination) + text.length > this.mostBytes;
      if (full) return;
      const problem = attempt(() => {
        appendWhole(this.disk, handle, text);
        this.disk.fsyncSync(handle);
      });
      if (problem === undefined) {
        if (size === 0) this.folder.sync();
        return;
      }
      attempt(() => this.disk.ftruncateSync(handle, size));
      throw problem;
    });
    return full ? undefined : file;
  }

  fileOf(destination: Destination): string {
    return this.folder.fileOf(destination);
  }
}

/** Not so when the agent was killed while it wrote. */
function endsLine(handle: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size === 0 || fs.readSync(handle, last, 0, 1, size - 1) === 0 || last.toString() === "\n";
}
