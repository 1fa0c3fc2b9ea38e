import { expect, test } from "vitest";
import { normalised } from "../../../emulator/terraform/json-text";
import { completed } from "../../../emulator/terraform/resources/logtail-input-detail";

test("a JSON config is completed as the real provider does it", () => {
  expect(completed("file", { logType: "json_log", logPath: "/var/log", filePattern: "*.log", tag: "dropped" })).toEqual(
    {
      ...{
        localStorage: true,
        enableTag: true,
        enableRawLog: false,
        maxSendRate: -1,
        sendRateExpire: 0,
        mergeType: "topic",
      },
      ...{ adjustTimezone: false, logType: "json_log", logPath: "/var/log", filePattern: "*.log", timeFormat: "" },
      ...{
        topicFormat: "none",
        preserve: true,
        preserveDepth: 0,
        fileEncoding: "utf8",
        discardUnmatch: true,
        maxDepth: 100,
      },
      ...{ tailExisted: false, discardNonUtf8: false, delaySkipBytes: 0, dockerFile: false, timeKey: "" },
    },
  );
});

test("what is given stays", () => {
  expect(
    completed("file", { logType: "common_reg_log", regex: "(.)", key: ["k"], filterKey: ["k"], maxDepth: 1 }),
  ).toMatchObject({
    regex: "(.)",
    key: ["k"],
    filterKey: ["k"],
    logBeginRegex: ".*",
    maxDepth: 1,
  });
});

test("a plugin config holds its plugin and the common fields", () => {
  expect(completed("plugin", { plugin: { inputs: [] } })).toMatchObject({ plugin: { inputs: [] }, localStorage: true });
  expect(completed("plugin", { logType: "json_log", plugin: {} })).toBeInstanceOf(Error);
});

test("an unknown log type is refused with the known ones", () => {
  expect(completed("file", { logType: "xml_log" })).toEqual(
    new Error(
      'input_detail: logType must be one of json_log, apsara_log, common_reg_log, delimiter_log, got "xml_log"',
    ),
  );
});

test("the state's JSON has its keys in order, and the escapes of the real provider", () => {
  expect(normalised('{"z":[{"b":1,"a":2}],"a":"<&>"}')).toBe('{"a":"\\u003c\\u0026\\u003e","z":[{"a":2,"b":1}]}');
});
