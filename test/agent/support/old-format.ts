/** Writes the buffer files of the agent's first version, which today's agent only reads. */
import { crc32 } from "node:zlib";
import type { LogRecord } from "../../../agent/buffer/old/spill-format";
import { encodeLogGroup } from "../../../sls/wire";

const hexCrc = (text: string): string => crc32(Buffer.from(text)).toString(16).padStart(8, "0");

export function oldHeader(destination: object, version = 1): Buffer {
  const text = `SLSBUF${version} ${JSON.stringify(destination)}`;
  return Buffer.from(`${text} ${hexCrc(text)}\n`);
}

export function oldRecord(record: LogRecord): Buffer {
  const topic = Buffer.from(record.topic);
  const source = Buffer.from(record.source);
  const payload = Buffer.alloc(12 + topic.length + source.length);
  let at = payload.writeUInt32LE(record.time);
  for (const text of [topic, source]) {
    at = payload.writeUInt32LE(text.length, at);
    at += text.copy(payload, at);
  }
  const size = Buffer.alloc(4);
  size.writeUInt32LE(payload.length + record.log.length);
  const rest = Buffer.concat([size, payload, record.log]);
  const head = Buffer.from([0xf5, 0x72, 0x65, 0x63, 0, 0, 0, 0]);
  head.writeUInt32LE(crc32(rest), 4);
  return Buffer.concat([head, rest]);
}

export const oldLine = (msg: string | Buffer, topic = "", time = 1): LogRecord => ({
  time,
  topic,
  source: "10.0.0.1",
  log: encodeLogGroup({ logs: [{ time, contents: [["msg", msg]] }] }),
});
