import { logstoreOf, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import type { Shard } from "../store/logstore";

export function shardOf(context: SlsContext): Shard {
  const id = context.path["shard"] ?? "";
  const shard = logstoreOf(context).shards.find((one) => String(one.id) === id);
  if (shard === undefined) throw new ServiceError(400, "ShardNotExist", `Shard ${id} does not exist`);
  return shard;
}

/** A cursor is the number of log groups before it, in base64. */
export const cursorOf = (position: number): string => Buffer.from(String(position)).toString("base64");

export function positionOf(cursor: string | undefined, shard: Shard): number {
  const text = Buffer.from(cursor ?? "", "base64").toString("latin1");
  if (!/^\d+$/.test(text) || Number(text) > shard.groups.length)
    throw parameterInvalid(`invalid cursor ${cursor ?? ""}`);
  return Number(text);
}
