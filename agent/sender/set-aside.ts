import * as fs from "node:fs";
import { join } from "node:path";
import type { SlsError } from "../../sls/model/errors";
import { decodeLogGroup } from "../../sls/wire/log-group";
import { destinationKey, type Destination, type GroupFace } from "../buffer/destination";
import { appendWhole, attempt, realDisk, withFile, type Disk } from "../buffer/disk";

/** Text where it is UTF-8; other bytes as `{"base64": …}`. */
const shown = (value: string | Uint8Array): string | { base64: string } =>
  typeof value === "string" ? value : { base64: Buffer.from(value).toString("base64") };

/**
 * Lines that the service refuses for good: one JSON object a line, with the reason, in `<project>.<logstore>.jsonl`, which
 * grows up to a limit: what was set aside first tells most, and is not given up for what comes later.
 */
export class SetAside {
  constructor(
    private readonly folder: string,
    /** Of one file, in bytes. */
    private readonly mostBytes: number,
    private readonly disk: Disk = realDisk,
  ) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /**
   * `logs` are fields of a LogGroup, end to end. Returns the file; undefined when it has no room for them. Throws when they
   * could not be written; they must then stay in the buffer, and the file is as it was.
   */
  add(
    destination: Destination,
    { topic, source, tags }: GroupFace,
    logs: Buffer,
    error: SlsError,
    at: Date,
  ): string | undefined {
    const file = this.fileOf(destination);
    let full = false;
    const lines = decodeLogGroup(logs).logs.map((log) =>
      JSON.stringify({
        setAsideAt: at.toISOString(),
        code: error.code,
        reason: error.message,
        ...destination,
        topic,
        source,
        ...(tags === undefined ? {} : { tags: Object.fromEntries(tags) }),
        time: log.time,
        ...(log.timeNs === undefined ? {} : { timeNs: log.timeNs }),
        contents: Object.fromEntries(log.contents.map(([key, value]) => [key, shown(value)])),
      }),
    );
    withFile(file, "a+", (handle) => {
      const { size } = fs.fstatSync(handle);
      const text = Buffer.from(`${endsLine(handle, size) ? "" : "\n"}${lines.join("\n")}\n`);
      full = size + text.length > this.mostBytes;
      if (full) return;
      const problem = attempt(() => {
        appendWhole(this.disk, handle, text);
        this.disk.fsyncSync(handle);
      });
      if (problem === undefined) return;
      attempt(() => this.disk.ftruncateSync(handle, size));
      throw problem;
    });
    return full ? undefined : file;
  }

  fileOf(destination: Destination): string {
    return join(this.folder, `${destinationKey(destination)}.jsonl`);
  }
}

/** Not so when the agent was killed while it wrote. */
function endsLine(handle: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size === 0 || fs.readSync(handle, last, 0, 1, size - 1) === 0 || last.toString() === "\n";
}
