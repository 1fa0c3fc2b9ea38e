/** Pipeline configs, and both forms of a Logtail config under one name. */
import { expect, test } from "vitest";
import { projectCalls } from "../support/project-calls";

const { call, json } = projectCalls();

const flusher = { Type: "flusher_sls", Logstore: "test-logstore", Endpoint: "e", Region: "cn-hangzhou" };
const pipeline = {
  configName: "pipe-1",
  inputs: [{ Type: "input_file", FilePaths: ["/var/log/**/*.log"], MaxDirSearchDepth: 3 }],
  processors: [{ Type: "processor_parse_json_native", SourceKey: "content" }],
  flushers: [flusher],
};
const config = {
  configName: "conf-1",
  inputType: "file",
  inputDetail: { logType: "json_log", logPath: "/var/log", filePattern: "*.log", timeKey: "", timeFormat: "" },
  outputType: "LogService",
  outputDetail: { logstoreName: "test-logstore" },
};

test("a pipeline is made, read as it came, listed, changed", async () => {
  expect(await call("POST", "/pipelineconfigs", pipeline)).toMatchObject({ status: 200, text: "" });
  const first = await json("/pipelineconfigs/pipe-1");
  expect(first).toEqual({ ...pipeline, createTime: expect.any(Number), lastModifyTime: expect.any(Number) });
  const global = { TopicType: "custom", TopicFormat: "t" };
  expect(await call("PUT", "/pipelineconfigs/pipe-1", { ...pipeline, global })).toMatchObject({ status: 200 });
  const second = await json("/pipelineconfigs/pipe-1");
  expect(second).toMatchObject({ global, createTime: first["createTime"] });
  expect(second["lastModifyTime"]).toBeGreaterThan(first["lastModifyTime"] as number);
});

test("each form is shown in the other", async () => {
  expect(await json("/configs/pipe-1")).toMatchObject({
    configName: "pipe-1",
    inputType: "file",
    inputDetail: {
      logType: "json_log",
      logPath: "/var/log",
      filePattern: "*.log",
      maxDepth: 3,
      topicFormat: "customized://t",
    },
    outputDetail: { logstoreName: "test-logstore" },
  });
  expect(await call("POST", "/configs", config)).toMatchObject({ status: 200 });
  expect(await json("/pipelineconfigs/conf-1")).toMatchObject({
    inputs: [{ Type: "input_file", FilePaths: ["/var/log/**/*.log"], MaxDirSearchDepth: 100 }],
    processors: [{ Type: "processor_parse_json_native", SourceKey: "content" }],
    flushers: [{ Type: "flusher_sls", Logstore: "test-logstore", Region: "cn-hangzhou" }],
  });
});

test("a name is taken in both forms, and both lists show both", async () => {
  const name = { configName: "pipe-1" };
  expect(await call("POST", "/configs", { ...config, ...name })).toMatchObject({ errorCode: "ConfigAlreadyExist" });
  expect(await call("POST", "/pipelineconfigs", pipeline)).toMatchObject({ errorCode: "ConfigAlreadyExist" });
  const both = { count: 2, total: 2, configs: ["conf-1", "pipe-1"] };
  expect(await json("/configs")).toEqual(both);
  expect(await json("/pipelineconfigs", { logstoreName: "test-logstore" })).toEqual(both);
  expect(await json("/pipelineconfigs", { configName: "pipe" })).toMatchObject({ configs: ["pipe-1"] });
});

test("a pipeline is applied to machine groups like a config, and leaves them when it goes", async () => {
  await call("POST", "/machinegroups", { groupName: "g-1", machineList: [], groupAttribute: {} });
  expect(await call("PUT", "/machinegroups/g-1/configs/pipe-1")).toMatchObject({ status: 200 });
  expect(await json("/machinegroups/g-1/configs")).toEqual({ count: 1, configs: ["pipe-1"] });
  expect(await json("/configs/pipe-1/machinegroups")).toEqual({ count: 1, machinegroups: ["g-1"] });
  expect(await call("DELETE", "/pipelineconfigs/pipe-1")).toMatchObject({ status: 200 });
  expect(await json("/machinegroups/g-1/configs")).toEqual({ count: 0, configs: [] });
  expect(await call("GET", "/pipelineconfigs/pipe-1")).toMatchObject({ status: 404, errorCode: "ConfigNotExist" });
});

test("what has no counterpart in the other form says unconvertable, and can be written anew in it", async () => {
  const inputs = [{ Type: "input_container_stdio", IgnoringStderr: true }];
  await call("POST", "/pipelineconfigs", { ...pipeline, configName: "stdio", inputs, processors: [] });
  expect(await call("GET", "/configs/stdio")).toMatchObject({
    status: 400,
    errorCode: "ParameterInvalid",
    errorMessage: "unconvertable: stdio has the input input_container_stdio, which no Logtail config has",
  });
  const syslog = { ...config, configName: "syslog-1", inputType: "syslog", inputDetail: { tag: "t" } };
  await call("POST", "/configs", syslog);
  expect((await call("GET", "/pipelineconfigs/syslog-1")).errorMessage).toMatch(
    /^unconvertable: syslog-1 is of inputType/,
  );
  const { createTime } = await json("/configs/conf-1");
  expect(await call("PUT", "/configs/stdio", { ...config, configName: "stdio" })).toMatchObject({ status: 200 });
  expect(await json("/configs/stdio")).toMatchObject({ inputType: "file" });
  expect(await call("PUT", "/pipelineconfigs/conf-1", { ...pipeline, configName: "conf-1" })).toMatchObject({
    status: 200,
  });
  expect(await json("/configs/conf-1")).toMatchObject({ createTime, inputDetail: { maxDepth: 3 } });
});

test.each([
  ["no input", { inputs: [] }, "inputs must hold an input, got none"],
  ["an input without a type", { inputs: [{}] }, "inputs must be a list of objects with Type"],
  ["two file inputs", { inputs: [...pipeline.inputs, ...pipeline.inputs] }, "inputs must hold one input_file, got 2"],
  [
    "inputs of two types",
    { inputs: [{ Type: "service_syslog" }, { Type: "metric_http" }] },
    "inputs must be of one type, got service_syslog, metric_http",
  ],
  [
    "another flusher",
    { flushers: [{ Type: "flusher_kafka" }] },
    "flushers must hold one flusher_sls, got flusher_kafka",
  ],
  ["two aggregators", { aggregators: [{ Type: "a" }, { Type: "b" }] }, "aggregators must hold at most one, got 2"],
])("a pipeline with %s is refused", async (_what, change, why) => {
  const refused = await call("POST", "/pipelineconfigs", { ...pipeline, configName: "bad", ...change });
  expect(refused).toMatchObject({ status: 400, errorCode: "InvalidParameter" });
  expect(refused.errorMessage).toBe(`invalid pipeline config resource json: ${why}`);
});

test("a pipeline needs a logstore that is there, and a name that is its path's", async () => {
  const elsewhere = { ...pipeline, configName: "bad", flushers: [{ ...flusher, Logstore: "nowhere" }] };
  expect(await call("POST", "/pipelineconfigs", elsewhere)).toMatchObject({
    status: 404,
    errorCode: "LogStoreNotExist",
  });
  expect(await call("PUT", "/pipelineconfigs/conf-1", pipeline)).toMatchObject({
    status: 400,
    errorCode: "BadRequest",
  });
});
