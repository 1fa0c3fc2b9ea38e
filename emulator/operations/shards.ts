import { logstoreOf, projectOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import type { ShardRange } from "../store/logstore";
import { maxShards } from "./logstores";
import { shardOf } from "./shard-of";

const describe = ({ id, status, begin, end, createTime }: ShardRange): object => ({
  shardID: id,
  status,
  inclusiveBeginKey: begin,
  exclusiveEndKey: end,
  createTime,
});

/** SplitShard and MergeShards: one path, told apart by `action`. */
function change(context: SlsContext): object {
  const logstore = logstoreOf(context);
  const shard = logstore.shards.find(({ id }) => String(id) === context.path["shard"]);
  if (shard === undefined) throw parameterInvalid("invalid shard id.");
  const { action, key = "" } = context.query;
  const now = unixSeconds(context.now);
  const shards = [...projectOf(context).logstores.values()].reduce((sum, one) => sum + one.shards.length, 0);
  if (shards + (action === "merge" ? 1 : 2) > maxShards) {
    throw new ServiceError(400, "ProjectQuotaExceed", `shard count exceeds ${maxShards}`);
  }
  if (action === "merge") {
    if (shard.status !== "readwrite") throw parameterInvalid("can not merge a readonly shard.");
    const merged = logstore.merge(shard, now);
    if (merged === undefined) throw parameterInvalid("can not merge the last shard.");
    return merged.map(describe);
  }
  if (action !== "split") throw parameterInvalid(`action must be split or merge, got ${action ?? "nothing"}`);
  const parts = /^[0-9a-f]{1,32}$/i.test(key) ? logstore.split(shard, key, now) : undefined;
  if (parts === undefined) throw parameterInvalid("invalid mid hash.");
  return parts.map(describe);
}

const path = "/logstores/{logstore}/shards/{shard}";

export const shardOperations: readonly Operation[] = [
  {
    name: "ListShards",
    method: "GET",
    path: "/logstores/{logstore}/shards",
    handle: (context) => ({ json: logstoreOf(context).shards.map(describe) }),
  },
  { name: "SplitShard", method: "POST", path, handle: (context) => ({ json: change(context) }) },
  {
    name: "DeleteShard",
    method: "DELETE",
    path,
    handle: (context) => {
      const shard = shardOf(context);
      if (shard.status !== "readonly") throw parameterInvalid("only a readonly shard can be deleted.");
      logstoreOf(context).removeShard(shard);
      return {};
    },
  },
];
