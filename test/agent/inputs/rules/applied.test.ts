/** The bundled agent against the local cloud: what a Logtail config asks for besides where its lines go. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { allLogs } from "../../../support/local-cloud";
import { builtAgent, spawnAgent } from "../../support/bundle";
import { cloudBench, sendLine, stopped, writeLines } from "../../support/cloud-bench";
import { until } from "../../support/world";

/** In a name that the local cloud stands for, through its proxy. */
const endpoint = "http://cn-hangzhou.log.aliyuncs.com";
const asked = {
  tag: "sys_tag",
  filterKey: ["msg"],
  filterRegex: ["(?:WARN|ERROR).*"],
  sensitive_keys: [
    { key: "msg", type: "const", regex_begin: "password=", regex_content: "\\S+", all: true, const: "***" },
  ],
  delayAlarmBytes: 1000,
};

describe("filters and masks of a Logtail config", () => {
  const agent = builtAgent();

  it("are applied, counted as filtered, changed under way; what is not applied is told by event, status and validate", async () => {
    const b = await cloudBench();
    const config = { configName: "my-config", inputType: "syslog", outputType: "LogService" } as const;
    const outputDetail = { logstoreName: b.logstore };
    await b.client.updateLogtailConfig(b.project, { ...config, inputDetail: asked, outputDetail });
    const args = b.args(endpoint);
    const env = b.cloud.env();
    const running = spawnAgent(agent.path(), ["run", ...args], env);
    expect(await running.awaitEvent("ConfigNotWhole")).toMatchObject({
      config: "my-config",
      notApplied: ["delayAlarmBytes: how much waits is in status and metrics"],
      message: `Logtail config ${b.project}/my-config is used, but not all that it asks for: delayAlarmBytes: how much waits is in status and metrics`,
    });
    await writeLines(running, ["INFO password=1", "ERROR password=2 for x", "DEBUG", "WARN"]);
    await until("what is let in is stored", async () => (await b.messages()).length === 2);
    expect((await b.messages()).sort()).toEqual(["ERROR password=*** for x", "WARN"]);

    // A line that does not fit is told of, but not what is in it.
    await sendLine(running, "9 odd password=3 line");
    expect(await running.awaitEvent("LinesUnfit")).toMatchObject({
      sample: "(not shown: a config in force has sensitive_keys)",
    });
    const whole = async () => (await allLogs(b.client, b.project, b.logstore, new Date())).map((log) => log["content"]);
    await until("it is stored whole, masked", async () => (await whole()).includes("9 odd password=*** line"));
    expect(JSON.stringify(running.events()) + running.errors()).not.toContain("password=");

    const run = promisify(execFile);
    const validated = await run(agent.path(), ["validate", "--quiet", ...args], { env: { ...process.env, ...env } });
    expect(validated.stderr).toContain(
      `warning: Logtail config ${b.project}/my-config: not applied: delayAlarmBytes: how much waits is in status and metrics`,
    );
    await until("the status tells of the filter", async () =>
      (await run(agent.path(), ["status", "--data-dir", b.data])).stdout.includes("2 line(s) kept out"),
    );
    const { stdout } = await run(agent.path(), ["status", "--data-dir", b.data]);
    expect(stdout).toContain(`filtered   2 line(s) kept out by the filter of ${b.project}/my-config`);
    expect(stdout).toContain("not applied: delayAlarmBytes: how much waits is in status and metrics");

    await b.client.updateLogtailConfig(b.project, { ...config, inputDetail: { tag: "sys_tag" }, outputDetail });
    await until("the change is seen", () => running.events().filter((e) => e.event === "ConfigChanged").length === 2);
    await writeLines(running, ["INFO password=1"]);
    expect(await stopped(running)).toMatchObject({ accepted: 6, filtered: 2, sent: 4, lost: 0 });
    expect((await b.messages()).sort()).toEqual(["", "ERROR password=*** for x", "INFO password=1", "WARN"]);
  });
});
