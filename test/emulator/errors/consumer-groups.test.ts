import { describe } from "vitest";
import { type RawRequest } from "../../support/raw-request";
import { store, post, change, get, check } from "./cases";

describe("of consumer groups:", () => {
  const groups = `${store}/consumergroups`;
  const one = `${groups}/cg-1`;
  const report = (type: string, consumer: string, body: unknown, path = one): RawRequest => ({
    method: "POST",
    path,
    query: { type, consumer },
    body,
  });
  check([
    ["twice", post(groups, { consumerGroup: "cg-1", timeout: 60 }), 400, "ConsumerGroupAlreadyExist", /cg-1/],
    ["without a timeout", post(groups, { consumerGroup: "cg-2" }), 400, "JsonInfoInvalid", /timeout/],
    ["a heartbeat of none", report("heartbeat", "c", [], `${groups}/nope`), 404, "ConsumerGroupNotExist", /nope/],
    [
      "a heartbeat with shards from who is not in it",
      report("heartbeat", "stranger", [0]),
      400,
      "NotExistConsumerWithBody",
      /stranger/,
    ],
    ["a heartbeat that is no list", report("heartbeat", "c", {}), 400, "JsonInfoInvalid", /list/],
    [
      "a checkpoint of no shard",
      report("checkpoint", "c", { shard: 9, checkpoint: "MA==" }),
      404,
      "ShardNotExist",
      "Shard 9 does not exist",
    ],
    [
      "a checkpoint that is none",
      report("checkpoint", "c", { shard: 0, checkpoint: "!" }),
      400,
      "InvalidShardCheckPoint",
      /checkpoint/,
    ],
    [
      "a checkpoint of no consumer",
      report("checkpoint", "stranger", { shard: 0, checkpoint: "MA==" }),
      404,
      "ConsumerNotExist",
      /stranger/,
    ],
    ["update of none", change(`${groups}/nope`, { timeout: 1 }), 404, "ConsumerGroupNotExist", /nope/],
    ["deletion of none", { method: "DELETE", path: `${groups}/nope` }, 404, "ConsumerGroupNotExist", /nope/],
    ["in no logstore", get("/logstores/nope/consumergroups"), 404, "LogStoreNotExist", /nope/],
  ]);
});
