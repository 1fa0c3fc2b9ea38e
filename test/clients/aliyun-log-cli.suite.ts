/** `aliyunlog`, unmodified, told of the local cloud by nothing but its own flags and environment, and the proxy's. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { cloudPort, credentials, region, report } from "./support/world";

const run = promisify(execFile);
const program = process.env["ALIYUNLOG"] ?? "aliyunlog";
const home = process.env["HOME"] ?? "";
const host = `${region}.log.aliyuncs.com`;
const [project, logstore] = ["cli-project", "cli-logstore"];

const others = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^ALI(BABA_?CLOUD|CLOUD)_/.test(name)),
);
const byEnvironment = {
  ...others,
  ALIYUN_LOG_CLI_ACCESSID: credentials.accessKeyId,
  ALIYUN_LOG_CLI_ACCESSKEY: credentials.accessKeySecret,
  ALIYUN_LOG_CLI_ENDPOINT: host,
};
const byFlags = [
  `--access-id=${credentials.accessKeyId}`,
  `--access-key=${credentials.accessKeySecret}`,
  `--region-endpoint=https://${host}`,
  "--sign-version=v4",
  `--region-id=${region}`,
];

type Options = Readonly<Record<string, string | number | boolean | object>>;

const flags = (options: Options): string[] =>
  Object.entries(options).map(
    ([name, value]) => `--${name}=${typeof value === "object" ? JSON.stringify(value) : value}`,
  );

async function exec(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  report({ call: command });
  // It repeats a request that the server failed for ever.
  const { stdout } = await run(program, ["log", command, ...args], { env, timeout: 60_000, cwd: home });
  return stdout.trim();
}

const text = (command: string, options: Options): Promise<string> => exec(command, flags(options), byEnvironment);
/** The JSON that a command prints. */
async function json(command: string, options: Options): Promise<unknown> {
  return JSON.parse(await text(command, options)) as unknown;
}
/** The error code that a command prints when it ends with 3. */
async function refusal(command: string, options: Options): Promise<unknown> {
  const failed = await text(command, options).then(
    (stdout) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  expect(failed.code, failed.stdout).toBe(3);
  return (JSON.parse(failed.stdout) as { errorCode: string }).errorCode;
}

const lines = Array.from({ length: 150 }, (_, n) => `line ${n} 你好`);

/** It has no command that writes logs, but copies of others: these come by web tracking. */
function track(messages: readonly string[]): Promise<number> {
  const body = JSON.stringify({ __topic__: "cli", __source__: "s", __logs__: messages.map((msg) => ({ msg })) });
  const headers = {
    host: `${project}.${host}`,
    "content-type": "application/json",
    "x-log-apiversion": "0.6.0",
    "x-log-bodyrawsize": Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const path = `/logstores/${logstore}/track`;
    const sent = request({ method: "POST", host: "127.0.0.1", port: cloudPort, path, headers }, (reply) => {
      reply.resume().on("end", () => resolve(reply.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const now = (): number => Math.floor(Date.now() / 1000);
const window = (): { from_time: number; to_time: number } => ({ from_time: now() - 300, to_time: now() + 300 });
const index = {
  ttl: 7,
  line: { token: [" ", ","], caseSensitive: false, chn: false },
  keys: { msg: { type: "text", token: [" "], caseSensitive: false, doc_value: true } },
};

beforeAll(async () => {
  const { stdout } = await run(program, ["--version"], { env: byEnvironment, cwd: home });
  report({ version: /log-cli-v-([\d.]+)/.exec(stdout)?.[1] ?? "?" });
});

test("a project, a logstore and an index", async () => {
  await text("create_project", { project_name: project, project_des: "by the command line" });
  expect(await json("get_project", { project_name: project })).toMatchObject({ description: "by the command line" });
  expect(await json("list_project", { project_name_pattern: project })).toMatchObject({ total: 1 });
  expect(await refusal("create_project", { project_name: project, project_des: "" })).toBe("ProjectAlreadyExist");
  const store = { project_name: project, logstore_name: logstore };
  await text("create_logstore", { ...store, ttl: 7, shard_count: 2, enable_tracking: true });
  await text("update_logstore", { ...store, ttl: 14 });
  expect(await json("get_logstore", store)).toMatchObject({ ttl: 14, shardCount: 2, enable_tracking: true });
  expect(await json("list_logstore", { project_name: project })).toMatchObject({ logstores: [logstore] });
  expect(await refusal("get_index_config", store)).toBe("IndexConfigNotExist");
  await text("create_index", { ...store, index_detail: index });
  await text("update_index", { ...store, index_detail: index });
  expect(await json("get_index_config", store)).toMatchObject({ keys: index.keys });
});

test("logs are found, page by page and all at once", async () => {
  expect(await track(lines)).toBe(200);
  const asked = { project, logstore, ...window(), query: "line" };
  expect(await json("get_log", { ...asked, size: 10, "format-output": "no_escape" })).toHaveLength(10);
  expect(await json("get_log", { ...asked, query: "msg: 149", "jmes-filter": "[*].msg" })).toEqual(["line 149 你好"]);
  const pages = (await text("get_log_all", asked)).split("\n").map((page) => JSON.parse(page) as { msg: string }[]);
  expect(pages.map(({ length }) => length)).toEqual([100, 50, 0]);
  expect(pages.flat().map(({ msg }) => msg)).toEqual(lines);
  const request = { project, logstore, fromTime: now() - 300, toTime: now() + 300, query: "line", topic: "cli" };
  expect(await json("get_logs", { request })).toHaveLength(100);
  const bars = (await json("get_histograms", { request })) as { count: number }[];
  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(150);
});

test("logs are pulled from a shard, and dumped into files", async () => {
  const store = { project_name: project, logstore_name: logstore };
  expect(await json("list_shards", store)).toHaveLength(2);
  const pulled = await Promise.all(
    [0, 1].map(async (shard_id) => {
      const { cursor } = (await json("get_begin_cursor", { ...store, shard_id })) as { cursor: string };
      const { logs } = (await json("pull_logs", { ...store, shard_id, cursor })) as { logs: { msg: string }[] };
      return logs.map(({ msg }) => msg);
    }),
  );
  expect(pulled.flat().sort()).toEqual([...lines].sort());
  const file = join(home, "dump_{}.data");
  expect(await json("pull_log_dump", { ...store, ...window(), file_path: file })).toMatchObject({ total_count: 150 });
  const dumped = [0, 1].flatMap((shard) => {
    try {
      return readFileSync(file.replace("{}", String(shard)), "utf8")
        .trim()
        .split("\n")
        .filter(Boolean);
    } catch {
      // A shard without logs has no file.
      return [];
    }
  });
  expect(dumped).toHaveLength(150);
  await text("split_shard", { ...store, shardId: 0, split_hash: `3f${"0".repeat(30)}` });
  expect(await json("list_shards", store)).toHaveLength(4);
});

test("a consumer group", async () => {
  const group = { project, logstore, consumer_group: "consumers" };
  await text("create_consumer_group", { ...group, timeout: 60 });
  await text("update_consumer_group", { ...group, timeout: 30, in_order: true });
  expect(await json("list_consumer_group", { project, logstore })).toMatchObject([{ name: "consumers", timeout: 30 }]);
  expect(await json("get_check_point", group)).toBeInstanceOf(Array);
  await text("delete_consumer_group", group);
});

test("a Logtail config is bound to a machine group, and all of it is copied with the project", async () => {
  const config_detail = {
    configName: "cli-config",
    inputType: "file",
    inputDetail: {
      logType: "json_log",
      logPath: "/var/log",
      filePattern: "*.json",
      topicFormat: "none",
      localStorage: true,
      timeFormat: "",
    },
    outputType: "LogService",
    outputDetail: { logstoreName: logstore },
  };
  await text("create_logtail_config", { project_name: project, config_detail });
  const group_detail = {
    group_name: "cli-group",
    machine_list: ["id-1"],
    machine_type: "userdefined",
    group_type: "",
    group_attribute: { externalName: "", groupTopic: "" },
  };
  await text("create_machine_group", { project_name: project, group_detail });
  const binding = { config_name: "cli-config", group_name: "cli-group" };
  await text("apply_config_to_machine_group", { project_name: project, ...binding });

  await text("copy_project", { from_project: project, to_project: "cli-copy", copy_machine_group: true });
  const copy = { project_name: "cli-copy" };
  expect(await json("list_logstore", copy)).toMatchObject({ logstores: [logstore] });
  expect(await json("get_logstore", { ...copy, logstore_name: logstore })).toMatchObject({
    ttl: 14,
    enable_tracking: true,
  });
  expect(await json("get_index_config", { ...copy, logstore_name: logstore })).toMatchObject({ keys: index.keys });
  expect(await json("get_logtail_config", { ...copy, config_name: "cli-config" })).toMatchObject({ inputType: "file" });
  expect(await json("get_machine_group_applied_configs", { ...copy, group_name: "cli-group" })).toMatchObject({
    configs: ["cli-config"],
  });
});

test("logs are copied into another logstore", async () => {
  const target = { to_project: "cli-copy", to_logstore: logstore };
  const source = { project, logstore, ...window() };
  expect(await json("copy_data", { ...source, ...target })).toMatchObject({ total_count: 150 });
  const found = { project: "cli-copy", logstore, ...window(), query: "line 149", size: -1 };
  expect(await json("get_log", found)).toMatchObject([{ msg: "line 149 你好" }]);
});

test("flags alone, with v4 over https", async () => {
  const listed = await exec("list_logstore", [...flags({ project_name: project }), ...byFlags], others);
  expect(JSON.parse(listed)).toMatchObject({ logstores: [logstore] });
});

test("everything is deleted", async () => {
  await text("delete_project", { project_name: "cli-copy" });
  await text("delete_logstore", { project_name: project, logstore_name: logstore });
  await text("delete_project", { project_name: project });
  expect(await refusal("get_project", { project_name: project })).toBe("ProjectNotExist");
});
