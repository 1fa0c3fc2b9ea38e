import { compress, hasZstd, type CompressType } from "../../sls/wire/compress";
import { encodeLogGroupList } from "../../sls/wire/log-group";
import type { Operation, SlsContext, SlsReply } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { cursorOf, positionOf, shardOf } from "./shard-of";

const maxGroups = 1000;
const maxBytes = 10 * 1024 * 1024;

/** What the client accepts and this Node can make; none when nothing fits. */
function encodingFor(accepted: string): CompressType | undefined {
  const served: readonly CompressType[] = ["lz4", ...(hasZstd() ? (["zstd"] as const) : []), "deflate", "gzip"];
  const names = accepted.split(",").map((name) => name.trim().toLowerCase());
  return served.find((type) => names.includes(type));
}

function pull(context: SlsContext): SlsReply {
  const shard = shardOf(context);
  const start = positionOf(context.query["cursor"], shard);
  const count = Number(context.query["count"] ?? maxGroups);
  if (!Number.isInteger(count) || count < 1 || count > maxGroups)
    throw parameterInvalid(`count must be 1 to 1000, got ${context.query["count"]}`);
  const { log } = shard;
  const stop = context.query["end_cursor"] ? positionOf(context.query["end_cursor"], shard) : log.end;
  const groups: Buffer[] = [];
  let size = 0;
  let next = start;
  for (; next < stop && groups.length < count; next++) {
    const bytes = log.read(next)?.bytes;
    // Damaged on the disk; the rest is to be had all the same.
    if (bytes === undefined) continue;
    if (groups.length > 0 && size + bytes.length > maxBytes) break;
    groups.push(bytes);
    size += bytes.length;
  }
  const { projectName = "", path, quotas, now } = context;
  quotas.takeRead(projectName, path["logstore"] ?? "", shard.id, size, now);
  const raw = encodeLogGroupList(groups);
  const type = encodingFor(context.headers["accept-encoding"] ?? "");
  return {
    bytes: type && raw.length > 0 ? compress(type, raw) : raw,
    headers: {
      "content-type": "application/x-protobuf",
      "x-log-cursor": cursorOf(next),
      "x-log-count": String(groups.length),
      "x-log-bodyrawsize": String(raw.length),
      "x-log-read-last-cursor": cursorOf(log.end),
      "x-log-end-of-cursor": next >= log.end ? "1" : "0",
      ...(type && raw.length > 0 ? { "x-log-compresstype": type } : {}),
    },
  };
}

/** PullLogs: Go says `logs`, Python and the documentation `log`. */
export const pullLogs: Operation = {
  name: "GetCursorOrData",
  method: "GET",
  path: "/logstores/{logstore}/shards/{shard}",
  type: ["log", "logs"],
  handle: pull,
};
