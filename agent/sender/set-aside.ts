import * as fs from "node:fs";
import { join } from "node:path";
import type { SlsError } from "../../sls/model/errors";
import { destinationKey, logsOf, type Destination, type LogRecord } from "../buffer/record";

/** Text where it is UTF-8; other bytes as `{"base64": …}`. */
const shown = (value: string | Uint8Array): string | { base64: string } =>
  typeof value === "string" ? value : { base64: Buffer.from(value).toString("base64") };

/**
 * Lines that the service refuses for good: one JSON object a line, with the reason, in `<project>.<logstore>.jsonl`.
 * Throws when they could not be written; they must then stay in the buffer.
 */
export class SetAside {
  constructor(private readonly folder: string) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Returns the file. */
  add(destination: Destination, records: readonly LogRecord[], error: SlsError, at: Date): string {
    const file = join(this.folder, `${destinationKey(destination)}.jsonl`);
    const lines = records.flatMap((record) =>
      logsOf([record]).map((log) =>
        JSON.stringify({
          setAsideAt: at.toISOString(),
          code: error.code,
          reason: error.message,
          ...destination,
          topic: record.topic,
          source: record.source,
          time: log.time,
          contents: Object.fromEntries(log.contents.map(([key, value]) => [key, shown(value)])),
        }),
      ),
    );
    const handle = fs.openSync(file, "a", 0o600);
    try {
      fs.writeFileSync(handle, `${lines.join("\n")}\n`);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    return file;
  }
}
