/** Each example, as its reader would run it: synthesised, applied by real terraform in the local cloud, delivered, found there, and settled. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { findTerraform } from "../../deploy";
import { start, stopAll } from "../../scripts/demo/processes";
import { jsonLine, localEnv } from "../../scripts/demo/world";
import { noProxy, parseProxyAddress, SlsClient, staticCredentials } from "../../sls";
import { dist, repository, testWith } from "../support/tools";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-examples-"));
const terraform = findTerraform(process.env);
const test = testWith("terraform", terraform);
let env: NodeJS.ProcessEnv = {};

interface Ended {
  readonly code: number;
  readonly text: string;
}

function ended(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  const settings = { cwd, env: { ...process.env, ...env, CI: "1", NO_COLOR: "1", TRIAL: "1" }, maxBuffer: 64 << 20 };
  return new Promise((done) => {
    execFile(program, args, settings, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), text: stdout + stderr }),
    );
  });
}

async function succeed(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, text } = await ended(program, args, cwd);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${text}`);
  return text;
}

/** Synthesises in a folder of its own, for the state's file is made where the program runs. */
async function synthesised(example: string): Promise<string> {
  const cwd = join(folder, example);
  mkdirSync(cwd);
  const tsNode = join(repository, "node_modules/ts-node/dist/bin.js");
  await succeed(process.execPath, [tsNode, join(repository, "examples", example, "main.ts")], cwd);
  return cwd;
}

async function applied(cwd: string, stack: string): Promise<void> {
  const where = join(cwd, "cdktf.out/stacks", stack);
  await succeed(terraform ?? "", ["init", "-no-color"], where);
  await succeed(terraform ?? "", ["apply", "-auto-approve", "-no-color"], where);
  // Exit code 0 of a detailed plan: nothing would change, so what was read back is what was declared.
  await succeed(terraform ?? "", ["plan", "-detailed-exitcode", "-no-color"], where);
}

const cli = (cwd: string, ...args: string[]): Promise<string> =>
  succeed(process.execPath, [dist("cli/main.js"), ...args], cwd);

function client(region = "cn-hangzhou"): SlsClient {
  const { ALICLOUD_ACCESS_KEY = "", ALICLOUD_SECRET_KEY = "", HTTP_PROXY = "" } = env;
  return new SlsClient({
    endpoint: `http://${region}.log.aliyuncs.com`,
    credentials: staticCredentials({ accessKeyId: ALICLOUD_ACCESS_KEY, accessKeySecret: ALICLOUD_SECRET_KEY }),
    proxy: { ...noProxy, http: parseProxyAddress("HTTP_PROXY", HTTP_PROXY) },
  });
}

describe("The example", () => {
  beforeAll(async () => {
    if (terraform === undefined) return;
    mkdirSync(join(folder, "home"));
    const logFile = join(folder, "local.log");
    const state = join(folder, "local");
    const local = start(process.execPath, [dist("cli/main.js"), "local", "run", "--json", "--state", state], {
      logFile,
    });
    await jsonLine(logFile, local, (json) => json["ready"] === true);
    env = { ...(await localEnv(state)), HOME: join(folder, "home") };
  });
  afterAll(async () => {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  test("files-and-regex: two configs of files reach their group, and a second plan is empty", async () => {
    const cwd = await synthesised("files-and-regex");
    await applied(cwd, "shop-logs");
    await cli(cwd, "deploy", "--json");
    // They are bound at the same time.
    const bound = await client().getAppliedConfigs("shop-log-project-example", "shop-web");
    expect(bound.sort()).toEqual(["shop-access", "shop-service"]);
    const config = await client().getLogtailConfig("shop-log-project-example", "shop-service");
    expect(config.inputDetail).toMatchObject({
      logPath: "/var/log/shop",
      logBeginRegex: String.raw`\d+-\d+-\d+ \d+:\d+:\d+,\d+ .*`,
      timeFormat: "%Y-%m-%d %H:%M:%S,%f",
      topicFormat: String.raw`/var/log/shop/(\w+)/.*`,
    });
    expect(config.logSample).toBe(
      "2026-11-21 13:00:00,123 ERROR [main] cart is empty\n\tat shop.Cart.pay(Cart.java:17)",
    );
    await cli(cwd, "plan");
  });

  test("json-app-logs: Terraform alone delivers the config, and makes the agents' role", async () => {
    const cwd = await synthesised("json-app-logs");
    await applied(cwd, "todo-list-dev");
    const config = await client().getLogtailConfig("todo-list-log-project-dev", "todo-list-logtail-config-dev");
    expect(config.inputDetail).toMatchObject({ logType: "json_log", timeKey: "ts", logTimezone: "GMT+00:00" });
    expect(await client().getAppliedConfigs("todo-list-log-project-dev", "todo-list-log-machine-group-dev")).toEqual([
      "todo-list-logtail-config-dev",
    ]);
    const role = await succeed(
      terraform ?? "",
      ["output", "-raw", "agent_role"],
      join(cwd, "cdktf.out/stacks/todo-list-dev"),
    );
    expect(role).toBe("todo-list-log-agent-dev");
  });

  test("behind-a-proxy: the only way out is the proxy's", async () => {
    const cwd = await synthesised("behind-a-proxy");
    await applied(cwd, "closed-network-dev");
    await cli(cwd, "deploy", "--json");
    const config = await client().getLogtailConfig(
      "closed-network-log-project-dev",
      "closed-network-logtail-config-dev",
    );
    expect(config.inputType).toBe("plugin");
    const state = await succeed(terraform ?? "", ["show", "-json"], join(cwd, "cdktf.out/stacks/closed-network-dev"));
    const { values } = JSON.parse(state) as {
      values: { root_module: { resources: { type: string; values: Record<string, unknown> }[] } };
    };
    const egress = values.root_module.resources
      .filter(({ type, values: rule }) => type === "alicloud_security_group_rule" && rule["type"] === "egress")
      .map(({ values: rule }) => `${String(rule["policy"])} ${String(rule["cidr_ip"])} ${String(rule["port_range"])}`);
    expect(egress.sort()).toEqual([
      "accept 10.0.0.8/32 3128/3128",
      "accept 100.100.100.200/32 80/80",
      "accept 100.64.0.0/10 53/53",
      "drop 0.0.0.0/0 -1/-1",
    ]);
    await cli(cwd, "plan");
  });

  test("watch-and-keep: a dashboard, alerts, a query and an export come with the logs", async () => {
    const cwd = await synthesised("watch-and-keep");
    await applied(cwd, "watched-dev");
    await cli(cwd, "deploy", "--json");
    await cli(cwd, "plan");
    const found = async (path: string): Promise<unknown> =>
      client()._request("GET", "watched-log-project-dev", path, {}, null);
    const { charts } = (await found("/dashboards/watched")) as { charts: { title: string; type: string }[] };
    expect(charts.map(({ title, type }) => `${title} ${type}`)).toEqual([
      "agents-alive statpro",
      "lines-by-program aggpro",
      "error-rate linepro",
      "lines-by-program-last-30-days barpro",
      "newest-errors rawlog",
    ]);
    expect(await found("/alerts/many-errors")).toMatchObject({
      status: "ENABLED",
      configuration: {
        annotations: [{ value: "Many errors" }, { value: "${program} wrote ${errors} errors in 15 minutes" }],
        queryList: [{ store: "watched-log-store-dev" }],
        severityConfigurations: [{ severity: 8, evalCondition: { condition: "errors > 100" } }],
      },
    });
    expect(await found("/alerts/silent-agents")).toMatchObject({ configuration: { noDataFire: true } });
    expect(await found("/scheduledsqls/count-lines-per-hour")).toMatchObject({
      schedule: { type: "Cron", cronExpression: "5 * * * *" },
      configuration: { fromTimeExpr: "@h-1h", toTimeExpr: "@h", destLogstore: "lines-per-hour" },
    });
    expect(await found("/ossexports/archive")).toMatchObject({
      configuration: { logstore: "watched-log-store-dev", sink: { bucket: "watched-archive-dev", prefix: "syslog" } },
    });
  });

  test("many-environments: three stacks stand side by side", async () => {
    const cwd = await synthesised("many-environments");
    const stacks = readdirSync(join(cwd, "cdktf.out/stacks")).sort();
    expect(stacks).toEqual(["billing-logs-dev", "billing-logs-pre-prod", "billing-logs-prod"]);
    for (const stack of stacks) await applied(cwd, stack);
    await cli(cwd, "deploy", "--json");
    const prod = await client("cn-shanghai").getLogtailConfig(
      "acme-prod-billing-log-project",
      "acme-prod-billing-logtail-config",
    );
    expect(prod.outputDetail.logstoreName).toBe("acme-prod-billing-log-store");
    await cli(cwd, "plan");
  });
});
