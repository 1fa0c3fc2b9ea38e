import { describe, expect, it } from "vitest";
import { rulesOf } from "../../../agent/config/logtail-rules";

/** As the Go SDK's StreamLog writes a config in which nothing is wished for. */
const plain = {
  localStorage: true,
  enableTag: false,
  enableRawLog: false,
  maxSendRate: -1,
  sendRateExpire: 0,
  mergeType: "topic",
  adjustTimezone: false,
  tag: "sys_tag",
};

describe("the rules of a Logtail config", () => {
  it("are none where nothing is asked for", () => {
    expect(rulesOf(plain)).toEqual({});
    expect(rulesOf({ tag: "t", filterKey: [], filterRegex: [], sensitive_keys: [], shardHashKey: [] })).toEqual({});
  });

  it("are read from the service's words", () => {
    const found = rulesOf({
      ...plain,
      filterKey: ["level"],
      filterRegex: ["WARN|ERROR"],
      enableTag: true,
      enableRawLog: true,
      maxSendRate: 1_048_576,
      sendRateExpire: 1_800_000_000,
      shardHashKey: ["__source__"],
      sensitive_keys: [{ key: "msg", type: "md5", regex_begin: "pwd=", regex_content: "[^,]+", all: false }],
    });
    expect(found).toEqual({
      ordered: true,
      machineTags: true,
      rules: {
        filters: [{ key: "level", regex: "WARN|ERROR" }],
        masks: [{ key: "msg", type: "md5", before: "pwd=", content: "[^,]+", replacement: "", all: false }],
        raw: true,
        sendRate: { bytesPerSecond: 1_048_576, until: 1_800_000_000 },
      },
    });
  });

  it.each<[object, string]>([
    [{ localStorage: false }, "localStorage: where unsent lines wait is the agent's setting buffer.mode"],
    [{ topicFormat: "customized://audit" }, "topicFormat: the topic is that of the machine group"],
    [{ discardUnmatch: true }, "discardUnmatch: lines that fit no format are stored whole"],
    [{ discardNonUtf8: true }, "discardNonUtf8: bytes that are not UTF-8 are stored as they came"],
    [{ priority: 1 }, "priority: all logstores are sent to alike"],
    [{ delayAlarmBytes: 209_715_200 }, "delayAlarmBytes: how much waits is in status and metrics"],
    [{ fooBar: 1 }, "fooBar: not known to it"],
    [{ shardHashKey: ["__topic__"] }, "shardHashKey: lines go to the shard of their source, whatever else it names"],
    [
      { filterKey: ["a"], filterRegex: [] },
      "filterKey, filterRegex: not two lists of the same length, so all lines are collected",
    ],
    [
      { filterKey: ["a"], filterRegex: ["("] },
      'filterRegex of a: "(" is no regular expression: Unterminated group, so it keeps no line out',
    ],
    [{ sensitive_keys: "x" }, "sensitive_keys: not a list, so nothing is hidden"],
    [{ sensitive_keys: [null] }, "sensitive_keys: one has no key, so it hides nothing"],
    [
      { sensitive_keys: [{ key: "msg", type: "const", regex_begin: "pwd=" }] },
      "sensitive_keys of msg: regex_begin or regex_content is missing, so the whole field is hidden",
    ],
  ])("%j is told as not applied", (detail, told) => {
    expect(rulesOf({ ...plain, ...detail }).notApplied).toEqual([told]);
  });

  it.each([{ topicFormat: "group_topic" }, { discardUnmatch: false }, { mergeType: "logstore" }, { priority: 0 }])(
    "%j is what the agent does anyway",
    (detail) => {
      expect(rulesOf({ ...plain, ...detail })).toEqual({});
    },
  );
});
