import type { Operation, SlsContext } from "../sls/context";
import { unixSeconds } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { cursorOf, positionOf, shardOf } from "./shard-of";

function cursor(context: SlsContext): object {
  const { log } = shardOf(context);
  const from = context.query["from"] ?? "";
  if (from === "begin") return { cursor: cursorOf(log.begin) };
  if (from === "end") return { cursor: cursorOf(log.end) };
  if (!/^\d+$/.test(from)) throw parameterInvalid(`from must be begin, end or unix seconds, got ${from}`);
  return { cursor: cursorOf(log.positionAt(Number(from))) };
}

function cursorTime(context: SlsContext): object {
  const shard = shardOf(context);
  const position = positionOf(context.query["cursor"], shard);
  return { cursor_time: shard.log.receiveTime(position) || unixSeconds(context.now) };
}

const path = "/logstores/{logstore}/shards/{shard}";
const name = "GetCursorOrData";

export const cursorOperations: readonly Operation[] = [
  { name, method: "GET", path, type: ["cursor"], handle: (context) => ({ json: cursor(context) }) },
  { name, method: "GET", path, type: ["cursor_time"], handle: (context) => ({ json: cursorTime(context) }) },
];
