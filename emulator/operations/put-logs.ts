import { compressTypes, decompress, type CompressType } from "../../sls/wire/compress";
import { decodeLogGroup, encodeLogGroup } from "../../sls/wire/log-group";
import type { LogGroup } from "../../sls/model/log";
import { jsonLogGroup } from "./json-log-group";
import { logstoreOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, postBodyInvalid, ServiceError } from "../sls/service-error";

/** Raw bytes of one request. */
const maxRaw = 10 * 1024 * 1024;
/** A log's time must lie within this of the server's. */
const oldest = 7 * 24 * 3600;
const newest = 15 * 60;
const maxValue = 1024 * 1024;
const maxKey = 128;

const bad = (code: string, message: string): ServiceError => new ServiceError(400, code, message);

export function rawBody({ headers, body }: SlsContext): Buffer {
  const type = headers["x-log-compresstype"];
  const stated = headers["x-log-bodyrawsize"];
  if (!type) {
    if (body.length > maxRaw) throw bad("PostBodyTooLarge", `Body size ${body.length} must little than ${maxRaw}`);
    return body;
  }
  if (!compressTypes.includes(type)) throw bad("InvalidCompressType", `x-log-compresstype ${type} is unsupported.`);
  if (stated === undefined) throw bad("MissingBodyRawSize", "x-log-bodyrawsize does not exist in http header.");
  const size = Number(stated);
  if (!Number.isInteger(size) || size < 0) throw bad("InvalidBodyRawSize", `x-log-bodyrawsize ${stated} is invalid.`);
  if (size > maxRaw) throw bad("PostBodyTooLarge", `Body size ${size} must little than ${maxRaw}`);
  try {
    return decompress(type as CompressType, body, size);
  } catch (error) {
    throw bad("PostBodyUncompressError", `The body can not be uncompressed: ${(error as Error).message}`);
  }
}

function readGroup(bytes: Buffer): LogGroup {
  try {
    return decodeLogGroup(bytes);
  } catch (error) {
    throw postBodyInvalid(`The body is not a valid LogGroup: ${(error as Error).message}`);
  }
}

function check(group: LogGroup, now: number): void {
  for (const text of [group.topic, group.source]) {
    if (text !== undefined && Buffer.byteLength(text) > 128)
      throw postBodyInvalid("topic and source must be at most 128 bytes");
  }
  for (const { time, contents } of group.logs) {
    if (time < now - oldest || time > now + newest)
      throw postBodyInvalid(`log time ${time} is out of range, server time is ${now}`);
    if (contents.length === 0) throw postBodyInvalid("a log must have at least one content");
    for (const [key, value] of contents) {
      if (key === "" || Buffer.byteLength(key) > maxKey)
        throw bad("InvalidKey", `key must be 1 to ${maxKey} bytes, got ${key.length}`);
      if (value.length > maxValue) throw postBodyInvalid(`value of ${key} must be at most 1 MB`);
    }
  }
}

function readBody(context: SlsContext): { group: LogGroup; bytes: Buffer } {
  const type = context.headers["content-type"] ?? "";
  if (!type) throw bad("MissingContentType", "Content-Type does not exist in http header.");
  const bytes = rawBody(context);
  if (type.startsWith("application/x-protobuf")) return { group: readGroup(bytes), bytes };
  if (!type.startsWith("application/json")) {
    throw new ServiceError(415, "InvalidContentType", `Content-Type ${type} is unsupported.`);
  }
  const group = jsonLogGroup(bytes.toString("utf8"), unixSeconds(context.now));
  return { group, bytes: encodeLogGroup(group) };
}

/** Checks and stores a group; `bytes` is it, encoded. */
export function storeLogs(context: SlsContext, { group, bytes }: { group: LogGroup; bytes: Buffer }): void {
  const logstore = logstoreOf(context);
  const now = unixSeconds(context.now);
  check(group, now);
  if (group.logs.length === 0) return;
  const key = context.query["key"] ?? context.headers["x-log-hashkey"];
  if (key !== undefined && !/^[0-9a-f]{1,32}$/i.test(key)) throw parameterInvalid(`invalid hash key ${key}`);
  if (!logstore.body.appendMeta) {
    logstore.append({ group, bytes, receiveTime: now }, key);
    return;
  }
  const meta: [string, string][] = [
    ["__client_ip__", "127.0.0.1"],
    ["__receive_time__", String(now)],
  ];
  const tagged = { ...group, tags: [...(group.tags ?? []), ...meta] };
  logstore.append({ group: tagged, bytes: encodeLogGroup(tagged), receiveTime: now }, key);
}

function put(context: SlsContext): object {
  logstoreOf(context);
  storeLogs(context, readBody(context));
  return {};
}

const name = "PostLogStoreLogs";

/** Three paths: Python, Node and Java; by hash key; and Go's. */
export const putLogs: readonly Operation[] = [
  { name, method: "POST", path: "/logstores/{logstore}/shards/lb", handle: put },
  { name, method: "POST", path: "/logstores/{logstore}/shards/route", handle: put },
  { name, method: "POST", path: "/logstores/{logstore}", handle: put },
];
