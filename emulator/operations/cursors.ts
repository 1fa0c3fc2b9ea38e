import type { Operation, SlsContext } from "../sls/context";
import { unixSeconds } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { cursorOf, positionOf, shardOf } from "./shard-of";

function cursor(context: SlsContext): object {
  const { groups } = shardOf(context);
  const from = context.query["from"] ?? "";
  if (from === "begin") return { cursor: cursorOf(0) };
  if (from === "end") return { cursor: cursorOf(groups.length) };
  if (!/^\d+$/.test(from)) throw parameterInvalid(`from must be begin, end or unix seconds, got ${from}`);
  const position = groups.findIndex(({ receiveTime }) => receiveTime >= Number(from));
  return { cursor: cursorOf(position < 0 ? groups.length : position) };
}

function cursorTime(context: SlsContext): object {
  const shard = shardOf(context);
  const group = shard.groups[positionOf(context.query["cursor"], shard)];
  return { cursor_time: group?.receiveTime ?? unixSeconds(context.now) };
}

const path = "/logstores/{logstore}/shards/{shard}";
const name = "GetCursorOrData";

export const cursorOperations: readonly Operation[] = [
  { name, method: "GET", path, type: ["cursor"], handle: (context) => ({ json: cursor(context) }) },
  { name, method: "GET", path, type: ["cursor_time"], handle: (context) => ({ json: cursorTime(context) }) },
];
