import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { LogProject, LogStore, Retention, type LogStoreOptions } from "../../constructs";
import { only, synth } from "../support/synth";

function storeWith(options: LogStoreOptions): LogStore {
  let store: LogStore | undefined;
  synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    store = new LogStore(stack, "store", { ...options, project, logstoreName: "web" });
  });
  return store as LogStore;
}

test("A logstore has the console's defaults, and they can be read", () => {
  const json = synth((stack) => {
    const project = new LogProject(stack, "project", { projectName: "acme-logs" });
    const store = new LogStore(stack, "store", { project, logstoreName: "web" });
    expect(store.retention.inDays).toBe(30);
    expect(store.maxSplitShardCount).toBe(64);
  });
  expect(only(json, "alicloud_log_store")).toEqual({
    project_name: "${alicloud_log_project.project_C7BA6BD1.project_name}",
    logstore_name: "web",
    retention_period: 30,
    shard_count: 2,
    auto_split: true,
    max_split_shard_count: 64,
    append_meta: true,
  });
});

test("Every option reaches the resource", () => {
  const json = synth((stack) => {
    new LogStore(stack, "store", {
      project: LogProject.fromName(stack, "project", "acme-logs"),
      logstoreName: "web_access",
      retention: Retention.forever(),
      shardCount: 10,
      autoSplit: false,
      appendMeta: false,
      preventDestroy: true,
    });
  });
  expect(only(json, "alicloud_log_store")).toEqual({
    project_name: "acme-logs",
    logstore_name: "web_access",
    retention_period: 3650,
    shard_count: 10,
    auto_split: false,
    append_meta: false,
    lifecycle: { prevent_destroy: true },
  });
});

test("A logstore that begins with more than 64 shards may split up to as many", () => {
  expect(storeWith({ shardCount: 80 }).maxSplitShardCount).toBe(80);
});

test("An imported logstore makes nothing", () => {
  const json = synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    const store = LogStore.fromName(stack, "store", project, "web");
    expect([store.project, store.logstoreName, store.givenName]).toEqual([project, "web", "web"]);
  });
  expect(json.resource).toBeUndefined();
});

test("Numbers that are unknown until apply are not checked", () => {
  const json = synth((stack) => {
    const days = new TerraformVariable(stack, "days", { type: "number" });
    new LogStore(stack, "store", {
      project: LogProject.fromName(stack, "project", "acme-logs"),
      logstoreName: "web",
      retention: Retention.days(days.numberValue),
    });
  });
  expect(only(json, "alicloud_log_store")["retention_period"]).toBe("${var.days}");
});

describe("A value out of range is an error with its remedy", () => {
  const retention = (days: number): string =>
    `stack/store: retention must be 1 to 3649 whole days, got ${days}; to keep logs for ever use Retention.forever()`;
  test.each<[string, LogStoreOptions, string]>([
    ["a retention of 0 days", { retention: Retention.days(0) }, retention(0)],
    ["a retention of half a day", { retention: Retention.days(0.5) }, retention(0.5)],
    ["for ever written as days", { retention: Retention.days(3650) }, retention(3650)],
    [
      "no shard",
      { shardCount: 0 },
      "stack/store: shard count must be 1 to 100, got 0; a shard takes 5 MB/s of writes, and autoSplit adds more as they are needed",
    ],
    [
      "too many shards to split to",
      { maxSplitShardCount: 257 },
      "stack/store: maxSplitShard must be 1 to 256, got 257",
    ],
    [
      "a split below the start",
      { shardCount: 4, maxSplitShardCount: 2 },
      "stack/store: maxSplitShardCount must be at least shardCount (4), got 2; raise it, or start with fewer shards",
    ],
    [
      "a split that never happens",
      { autoSplit: false, maxSplitShardCount: 8 },
      "stack/store: maxSplitShardCount is 8, but autoSplit is false, so no shard is ever split; leave one of the two out",
    ],
  ])("%s", (_title, options, message) => {
    expect(() => storeWith(options)).toThrow(new Error(message));
  });

  test("a name with a space", () => {
    synth((stack) => {
      const project = LogProject.fromName(stack, "project", "acme-logs");
      expect(() => LogStore.fromName(stack, "store", project, "Web logs")).toThrow(
        new Error(
          "stack/store: logstore name must be 3 to 63 lower-case letters, digits, hyphens and underscores, beginning " +
            'and ending with a letter or digit, got "Web logs" (8 characters); try "web-logs"',
        ),
      );
    });
  });
});

const synthStore = (options: LogStoreOptions) =>
  synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    new LogStore(stack, "store", { project, logstoreName: "web", ...options });
  });

test("Storage, encryption and the rest of a logstore can be chosen", () => {
  const json = synthStore({
    retention: Retention.days(90),
    mode: "query",
    hotTtl: 7,
    infrequentAccessTtl: 30,
    webTracking: true,
    meteringMode: "ChargeByDataIngest",
    encryption: { userKey: { keyId: "key-1", roleArn: "acs:ram::1:role/kms", regionId: "cn-hangzhou" } },
  });
  expect(only(json, "alicloud_log_store")).toMatchObject({
    mode: "query",
    hot_ttl: 7,
    infrequent_access_ttl: 30,
    enable_web_tracking: true,
    metering_mode: "ChargeByDataIngest",
    encrypt_conf: {
      enable: true,
      encrypt_type: "default",
      user_cmk_info: { cmk_key_id: "key-1", arn: "acs:ram::1:role/kms", region_id: "cn-hangzhou" },
    },
  });
});

test.each<[LogStoreOptions, string]>([
  [{ hotTtl: 3 }, "hotTtl must be 7 days to the retention (30), got 3; leave it out to keep all logs in hot storage"],
  [{ infrequentAccessTtl: 30 }, "infrequentAccessTtl is 30, but logs never leave hot storage; give hotTtl too"],
  [
    { hotTtl: 10, infrequentAccessTtl: 30 },
    "infrequentAccessTtl must be 30 days or more and with hotTtl (10) within the retention (30), got 30",
  ],
])("Storage can't be %j", (options, problem) => {
  expect(() => synthStore(options)).toThrow(new Error(`stack/store: ${problem}`));
});
