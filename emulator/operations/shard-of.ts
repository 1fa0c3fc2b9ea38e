import { logstoreOf, unixSeconds, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import type { Shard } from "../store/logstore";

export function shardOf(context: SlsContext): Shard {
  const id = context.path["shard"] ?? "";
  const logstore = logstoreOf(context);
  const shard = logstore.shards.find((one) => String(one.id) === id);
  if (shard === undefined) throw new ServiceError(400, "ShardNotExist", `Shard ${id} does not exist`);
  logstore.expire(unixSeconds(context.now));
  return shard;
}

/** A cursor is the number of log groups that came before it, in base64. */
export const cursorOf = (position: number): string => Buffer.from(String(position)).toString("base64");

/** One that lies before the oldest group that is kept means that one. `InvalidCursor` is what SDKs look for to begin anew. */
export function positionOf(cursor: string | undefined, { log }: Shard): number {
  const text = Buffer.from(cursor ?? "", "base64").toString("latin1");
  if (!/^-?\d{1,15}$/.test(text)) throw parameterInvalid(`invalid cursor ${cursor ?? ""}`);
  const position = Number(text);
  if (position < 0 || position > log.end)
    throw new ServiceError(400, "InvalidCursor", `Invalid cursor: ${cursor ?? ""}`);
  return Math.max(position, log.begin);
}
