import { describe, expect, test } from "vitest";
import { parseDeployManifest } from "../../sls/model/deploy-manifest";

const config = {
  configName: "web",
  inputDetail: { tag: "sys_tag", localStorage: true },
  inputType: "syslog",
  outputDetail: { logstoreName: "web" },
  outputType: "LogService",
};
const entry = { project: "acme-logs", config, machineGroups: ["web-vms"] };

test("A manifest is read as the constructs write it, with or without a region", () => {
  const manifest = { version: 1, region: "cn-hangzhou", logtailConfigs: [entry] };
  expect(parseDeployManifest(manifest)).toEqual(manifest);
  expect(parseDeployManifest({ version: 1, logtailConfigs: [] })).toEqual({ version: 1, logtailConfigs: [] });
  expect(parseDeployManifest({ version: 1, region: null, logtailConfigs: [] })).toEqual({
    version: 1,
    logtailConfigs: [],
  });
});

test("The environment is read where a manifest has it", () => {
  const manifest = { version: 1, environment: "prod", logtailConfigs: [] };
  expect(parseDeployManifest(manifest)).toEqual(manifest);
  expect(parseDeployManifest({ ...manifest, environment: null })).toEqual({ version: 1, logtailConfigs: [] });
});

const pipeline = {
  configName: "web",
  inputs: [{ Type: "input_file", FilePaths: ["/var/log/*.log"] }],
  flushers: [{ Type: "flusher_sls", Logstore: "web" }],
};

test("A pipeline config is read as it is", () => {
  const manifest = { version: 1, logtailConfigs: [{ ...entry, config: pipeline }] };
  expect(parseDeployManifest(manifest)).toEqual(manifest);
});

test("Fields of a config that are not known here are kept", () => {
  const more = { ...config, logSample: "a line", outputDetail: { logstoreName: "web", region: "cn-hangzhou" } };
  const manifest = { version: 1, logtailConfigs: [{ ...entry, config: more }] };
  expect(parseDeployManifest(manifest)).toEqual(manifest);
});

describe("What is wrong is told with its place", () => {
  const withEntry = (change: object): unknown => ({ version: 1, logtailConfigs: [{ ...entry, ...change }] });
  const first = "cdktf_sls.logtailConfigs[0]";
  test.each<[string, unknown, string]>([
    ["no object", "text", 'cdktf_sls: must be an object, got "text"'],
    ["nothing", undefined, "cdktf_sls: must be an object, got nothing"],
    [
      "another version",
      { version: 2 },
      "cdktf_sls.version: must be 1, got 2; synthesise and deploy the stack with the release of cdktf-sls that reads it",
    ],
    ["no list", { version: 1 }, "cdktf_sls.logtailConfigs: must be a list, got nothing"],
    [
      "a region that is none",
      { version: 1, region: "Hangzhou", logtailConfigs: [] },
      'cdktf_sls.region: region must be an Alibaba Cloud region id such as "cn-hangzhou" or "ap-southeast-1", got "Hangzhou"',
    ],
    ["no project", withEntry({ project: null }), `${first}.project: must be a text, got null`],
    [
      "a group's illegal name",
      withEntry({ machineGroups: ["x"] }),
      `${first}.machineGroups[0]: machine group name must be 2 to 128 lower-case letters, digits, hyphens and underscores, ` +
        'beginning and ending with a letter or digit, got "x" (1 characters)',
    ],
    [
      "a plugin without a type",
      withEntry({ config: { ...pipeline, processors: [{}] } }),
      `${first}.config.processors[0].Type: must be a text, got nothing`,
    ],
    [
      "a pipeline without a flusher",
      withEntry({ config: { ...pipeline, flushers: [] } }),
      `${first}.config: flushers must hold one flusher_sls, got none`,
    ],
    [
      "no inputDetail",
      withEntry({ config: { ...config, inputDetail: 1 } }),
      `${first}.config.inputDetail: must be an object, got 1`,
    ],
    [
      "an inputType that is none",
      withEntry({ config: { ...config, inputType: "sys" } }),
      `${first}.config: inputType must be one of syslog, streamlog, file, plugin, got "sys"`,
    ],
  ])("%s", (_title, value, message) => {
    expect(() => parseDeployManifest(value)).toThrow(new Error(message));
  });
});
