/** What `cdktf-sls import` writes, from contents alone. */
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { writeTypeScript, type ProjectContents } from "../../deploy";
import { Identifiers, literal } from "../../deploy/import/code";
import type { FoundAnyConfig } from "../../sls";

const contents: ProjectContents = {
  project: "p-dev",
  description: 'a "quoted"\nline',
  tags: { team: "logs" },
  policy: "",
  logstores: [],
  machineGroups: [],
  configs: [],
  leftOut: [],
};
const token = [..." ,"];

const write = (more: Partial<ProjectContents>): string =>
  writeTypeScript({ ...contents, ...more }, { region: "cn-hangzhou" }).text;

test("a project keeps its description and tags", () => {
  const text = write({});
  expect(text).toContain('const project = new LogProject(stack, "project", {');
  expect(text).toContain(String.raw`description: "a \"quoted\"\nline"`);
  expect(text).toContain('resource(project).addOverride("tags", { team: "logs" });');
  expect(text).toContain('imported(project, "p-dev");');
});

test("an index with what the construct cannot say is declared by the resource itself", () => {
  const body = { logstoreName: "ls", ttl: 30, shardCount: 2, autoSplit: true, maxSplitShard: 64, appendMeta: true };
  const json = { type: "json" as const, token, json_keys: { code: { type: "long" as const, doc_value: true } } };
  const text = write({ logstores: [{ body, index: { keys: { detail: json }, max_text_len: 2048 } }] });
  expect(text).toContain('import { LogStoreIndex } from "cdktf-sls/provider-alicloud/log-store-index";');
  expect(text).toContain('jsonKeys: [{ name: "code", type: "long", docValue: true }]');
  expect(text).toContain('const ls = new LogStore(stack, "logstore-ls", { project: project, logstoreName: "ls" });');
});

test("names that are none in TypeScript, or taken, become others", () => {
  const names = new Identifiers();
  expect(["app", "my-log_store", "my_log-store", "9lives", "class"].map((name) => names.of(name, "logstore"))).toEqual([
    "logstoreapp",
    "myLogStore",
    "myLogStoreLogstore",
    "logstore9lives",
    "logstoreclass",
  ]);
});

test("text of the service cannot become code", () => {
  const evil = "*/ process.exit(); /* ${x} `";
  const text = write({ description: evil, leftOut: [`Logtail config x: ${evil}\nprocess.exit()`] });
  expect(text).toContain(literal(evil));
  expect(text.split("\n").filter((line) => /^\s*process\.exit/.test(line))).toEqual([]);
});

test("names that mean something in the written file are not taken for constants", () => {
  const names = ["resource", "as-found", "exports", "module", "import", "in", "public", "yield"];
  const machineGroups = names.map((groupName) => ({
    groupName,
    groupType: "" as const,
    machineIdentifyType: "userdefined" as const,
    machineList: ["id"],
    groupAttribute: {},
  }));
  const text = write({ machineGroups });
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
  expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
  const constants = [...text.matchAll(/^const (\w+)/gm)].map(([, name]) => name);
  expect(new Set(constants).size).toBe(constants.length);
  for (const name of ["exports", "module"]) expect(constants).not.toContain(name);
});

describe("A Logtail config", () => {
  const store = { logstoreName: "logs", ttl: 30, shardCount: 2, autoSplit: true, maxSplitShard: 64, appendMeta: true };
  const vms = {
    groupName: "vms",
    groupType: "" as const,
    machineIdentifyType: "userdefined" as const,
    machineList: ["id"],
    groupAttribute: {},
  };
  const written = (config: FoundAnyConfig, machineGroups: readonly string[] = ["vms"]): string =>
    write({
      logstores: [{ body: store, index: undefined }],
      machineGroups: [vms],
      configs: [{ config, machineGroups }],
    })
      .replace(/,\n\s*([}\]])/g, " $1")
      .replace(/\s+/g, " ");
  const syslog = {
    configName: "cc",
    inputType: "syslog" as const,
    inputDetail: { tag: "x", localStorage: true, mergeType: "topic" },
    outputType: "LogService" as const,
    outputDetail: { logstoreName: "logs", endpoint: "cn-hangzhou.log.aliyuncs.com" },
  };

  test("of rsyslog's lines is said by its format", () => {
    expect(written(syslog)).toContain(
      '{ configName: "cc", logstore: logs, format: LogFormat.syslog({ tag: "x" }), machineGroups: [vms] }',
    );
  });

  test("with a sample, or more to say, is taken word for word", () => {
    const outputDetail = { ...syslog.outputDetail, compressType: "zstd" };
    expect(written({ ...syslog, logSample: "not of it", outputDetail }, [])).toContain(
      'format: LogFormat.asFound({ inputType: "syslog", inputDetail: { tag: "x" }, outputDetail: { compressType: "zstd" } }), ' +
        'logSample: "not of it", allowUnbound: true',
    );
  });

  test("in the newer form stays in it, and is delivered by the deploy step", () => {
    const flusher = { Type: "flusher_sls", Logstore: "logs", Region: "cn-hangzhou", CompressType: "zstd" };
    const inputs = [{ Type: "input_container_stdio" }];
    expect(written({ configName: "cc", inputs, processors: [], flushers: [flusher] })).toContain(
      'format: LogFormat.asFound({ inputs: [{ Type: "input_container_stdio" }], flusher: { CompressType: "zstd" } }), delivery: "deploy",',
    );
  });

  test("with two flushers is left out, with the reason", () => {
    const flusher = { Type: "flusher_sls", Logstore: "logs" };
    const config = { configName: "cc", inputs: [{ Type: "input_file" }], flushers: [flusher, flusher] };
    expect(written(config)).toContain(
      "// Not declared: Logtail config cc: flushers must hold one flusher_sls, got flusher_sls, flusher_sls",
    );
  });
});
