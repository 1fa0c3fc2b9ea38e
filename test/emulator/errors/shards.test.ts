import { describe } from "vitest";
import { store, get, check } from "./cases";

describe("of shards, cursors and PullLogs:", () => {
  const shard = `${store}/shards/0`;
  check([
    ["shards of no logstore", get("/logstores/nope/shards"), 404, "LogStoreNotExist", /nope/],
    [
      "a split at no key",
      { method: "POST", path: shard, query: { action: "split", key: "xyz" } },
      400,
      "ParameterInvalid",
      "invalid mid hash.",
    ],
    [
      "a merge of the last",
      { method: "POST", path: `${store}/shards/1`, query: { action: "merge" } },
      400,
      "ParameterInvalid",
      /^can not merge the last shard/,
    ],
    [
      "a cursor of no shard",
      get(`${store}/shards/9`, { type: "cursor", from: "begin" }),
      400,
      "ShardNotExist",
      "Shard 9 does not exist",
    ],
    ["a cursor from what is none", get(shard, { type: "cursor", from: "x" }), 400, "ParameterInvalid", /from/],
    [
      "PullLogs from no cursor",
      get(shard, { type: "log", cursor: "!", count: "1" }),
      400,
      "ParameterInvalid",
      /cursor/,
    ],
    ["PullLogs of none", get(shard, { type: "log", cursor: "MA==", count: "0" }), 400, "ParameterInvalid", /count/],
    ["PullLogs of 1001", get(shard, { type: "log", cursor: "MA==", count: "1001" }), 400, "ParameterInvalid", /count/],
    [
      "cursors of no logstore",
      get("/logstores/nope/shards/0", { type: "cursor", from: "begin" }),
      404,
      "LogStoreNotExist",
      /nope/,
    ],
  ]);
});
