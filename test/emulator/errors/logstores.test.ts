import { describe } from "vitest";
import { type RawRequest } from "../../support/raw-request";
import { store, post, change, get, check } from "./cases";

describe("of logstores:", () => {
  const create = (more: object): RawRequest =>
    post("/logstores", { logstoreName: "ls-2", ttl: 1, shardCount: 1, ...more });
  const update = (more: object): RawRequest => change(store, { logstoreName: "test-logstore", ttl: 1, ...more });
  check([
    [
      "twice",
      create({ logstoreName: "test-logstore" }),
      400,
      "LogStoreAlreadyExist",
      "logstore test-logstore already exists",
    ],
    ["a bad name", create({ logstoreName: "Bad" }), 400, "LogStoreInfoInvalid", "logstore name Bad is invalid"],
    ["a TTL of 0", create({ ttl: 0 }), 400, "LogStoreInfoInvalid", /ttl/],
    ["a TTL of 3651", create({ ttl: 3651 }), 400, "LogStoreInfoInvalid", /ttl/],
    ["101 shards", create({ shardCount: 101 }), 400, "LogStoreInfoInvalid", /shard count/],
    [
      "maxSplitShard of 257",
      create({ autoSplit: true, maxSplitShard: 257 }),
      400,
      "LogStoreInfoInvalid",
      "maxSplitShard must be within range [1, 256]",
    ],
    [
      "autoSplit without maxSplitShard",
      create({ autoSplit: true }),
      400,
      "LogStoreInfoInvalid",
      "maxSplitShard must be within range [1, 256]",
    ],
    [
      "infrequentAccessTTL of 29",
      create({ infrequentAccessTTL: 29 }),
      400,
      "LogStoreInfoInvalid",
      "infrequentAccessTTL must large than 30",
    ],
    ["hot_ttl of 6", create({ hot_ttl: 6 }), 400, "LogStoreInfoInvalid", /hot_ttl/],
    [
      "encryption by what is none",
      create({ encrypt_conf: { enable: true, encrypt_type: "rot13" } }),
      400,
      "LogStoreInfoInvalid",
      /encrypt_conf/,
    ],
    ["encryption that is a text", create({ encrypt_conf: "yes" }), 400, "LogStoreInfoInvalid", /encrypt_conf/],
    ["in no project", { ...create({}), project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
    ["a name in the path that can be none", get("/logstores/BAD!"), 405, "InvalidMethod", /BAD!/],
    ["deletion of such a name", { method: "DELETE", path: "/logstores/BAD!" }, 405, "InvalidMethod", /BAD!/],
    [
      "another shard count",
      update({ shardCount: 5 }),
      400,
      "ParameterInvalid",
      "invalid shard count,you can only modify shardCount by split& merge shard.",
    ],
    ["update of none", change("/logstores/nope", { logstoreName: "nope" }), 404, "LogStoreNotExist", /nope/],
    [
      "mode query where ingestion is paid",
      change("/logstores/by-ingestion", { logstoreName: "by-ingestion", ttl: 1, mode: "query" }),
      400,
      "NotSupported",
      /mode/,
    ],
    [
      "a metering mode that is none",
      change(`${store}/meteringmode`, { meteringMode: "Free" }),
      400,
      "ParameterInvalid",
      /meteringMode/,
    ],
    ["a list of 501", get("/logstores", { size: "501" }), 400, "ParameterInvalid", "Invalid parameter size"],
    ["a list by a mode that is none", get("/logstores", { mode: "x" }), 400, "InvalidLogStoreQuery", /mode/],
    [
      "a list by a telemetry type that is none",
      get("/logstores", { telemetryType: "x" }),
      400,
      "InvalidLogStoreQuery",
      /telemetryType/,
    ],
  ]);
});
