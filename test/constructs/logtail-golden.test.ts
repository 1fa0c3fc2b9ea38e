/** golden/logtail/: the service's JSON for each kind of Logtail config, which the Python SDK's classes make too. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LogProject, LogStore, LogtailConfig, MachineGroup, type LogtailConfigOptions } from "../../constructs";
import { parseDeployManifest, type AnyConfigBody, type LogtailConfigBody } from "../../sls/model";
import { synth } from "../support/synth";
import { pythonWithSdk, testWith } from "../support/tools";
import { wishes } from "./logtail-wishes";

const folder = join(__dirname, "golden/logtail");
const golden = Object.fromEntries(
  readdirSync(folder).map((file) => [
    file.replace(".json", ""),
    JSON.parse(readFileSync(join(folder, file), "utf8")) as LogtailConfigBody,
  ]),
);

/** What reaches the deploy step. */
function delivered(options: LogtailConfigOptions): AnyConfigBody | undefined {
  const json = synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    const logstore = LogStore.fromName(stack, "store", project, "web");
    const machineGroups = [MachineGroup.fromName(stack, "group", project, "vms")];
    new LogtailConfig(stack, "config", { configName: "config", logstore, machineGroups, ...options });
  });
  return parseDeployManifest(json.output?.["cdktf_sls"]?.value).logtailConfigs[0]?.config;
}

describe("A Logtail config is the service's own JSON", () => {
  test.each(Object.entries(wishes))("%s", (name, options) => {
    expect(delivered(options)).toEqual(golden[name]);
  });

  test("for each golden file there is a wish", () => {
    expect(Object.keys(golden).sort()).toEqual(Object.keys(wishes).sort());
  });
});

const python = pythonWithSdk();
testWith("Python with aliyun-log-python-sdk", python)("The Python SDK makes the same of the same wishes", () => {
  const script = join(__dirname, "logtail_config_details.py");
  const out = execFileSync(python ?? "", [script], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  expect(JSON.parse(out)).toEqual(golden);
});
