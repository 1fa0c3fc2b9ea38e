import { compressTypes, decompress, type CompressType } from "../../sls/wire/compress";
import { encodeLogGroup } from "../../sls/wire/log-group";
import { jsonLogGroup } from "./json-log-group";
import { logstoreOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, postBodyInvalid, ServiceError } from "../sls/service-error";
import { checkLogGroup, type LogGroupLimits, type LogGroupProblem } from "../store/log-group-bytes";

/** Raw bytes of one request. */
const maxRaw = 10 * 1024 * 1024;
/** A log's time must lie within this of the server's. */
const oldest = 7 * 24 * 3600;
const newest = 15 * 60;
const limits = { key: 128, value: 1024 * 1024, topic: 128, source: 128 };

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

function refuse(problem: LogGroupProblem, now: number): ServiceError {
  switch (problem.kind) {
    case "notAGroup":
      return postBodyInvalid(`The body is not a valid LogGroup: protobuf: ${problem.why}`);
    case "time":
      return postBodyInvalid(`log time ${problem.time} is out of range, server time is ${now}`);
    case "noContent":
      return postBodyInvalid("a log must have at least one content");
    case "key":
      return bad("InvalidKey", `key must be 1 to ${limits.key} bytes, got ${problem.size}`);
    case "value":
      return postBodyInvalid(`value of ${problem.key} must be at most 1 MB`);
    case "topic":
    case "source":
      return postBodyInvalid(`${problem.kind} must be at most ${limits[problem.kind]} bytes, got ${problem.size}`);
  }
}

/** An encoded LogGroup, whatever form it came in. */
function readBody(context: SlsContext): Buffer {
  const type = context.headers["content-type"] ?? "";
  if (!type) throw bad("MissingContentType", "Content-Type does not exist in http header.");
  const bytes = rawBody(context);
  if (type.startsWith("application/x-protobuf")) return bytes;
  if (!type.startsWith("application/json")) {
    throw new ServiceError(415, "InvalidContentType", `Content-Type ${type} is unsupported.`);
  }
  return encodeLogGroup(jsonLogGroup(bytes.toString("utf8"), unixSeconds(context.now)));
}

/** Checks and stores an encoded LogGroup; on disk when this returns. */
export function storeLogs(context: SlsContext, bytes: Buffer): void {
  const logstore = logstoreOf(context);
  const now = unixSeconds(context.now);
  const window: LogGroupLimits = { ...limits, oldest: now - oldest, newest: now + newest };
  const found = checkLogGroup(bytes, window);
  if (typeof found !== "number") throw refuse(found, now);
  if (found === 0) return;
  const key = context.query["key"] ?? context.headers["x-log-hashkey"];
  if (key !== undefined && !/^[0-9a-f]{1,32}$/i.test(key)) throw parameterInvalid(`invalid hash key ${key}`);
  const shard = logstore.shardFor(key);
  const project = context.projectName ?? "";
  context.quotas.takeWrite(project, logstore.body.logstoreName, shard.id, bytes.length, context.now);
  logstore.append(shard, logstore.body.appendMeta ? withMeta(bytes, now) : bytes, now);
}

/** Two encoded messages, one after the other, are both of them merged: that is how tags are added. */
function withMeta(bytes: Buffer, now: number): Buffer {
  const tags: [string, string][] = [
    ["__client_ip__", "127.0.0.1"],
    ["__receive_time__", String(now)],
  ];
  return Buffer.concat([bytes, encodeLogGroup({ logs: [], tags })]);
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
