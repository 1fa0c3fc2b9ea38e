/**
 * The deploy step: how long 200 configs take to be made and bound to a group each, by how many API calls, and what a second run costs.
 * Peer in the same run: the logic of the seeds' Python script, looped in one process with one client (the script itself is a process a config).
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requestsOf, type LocalStatus } from "../emulator";
import { askAdmin } from "../emulator/admin-client";
import { localEnv } from "../scripts/demo/world";
import { noProxy, parseProxyAddress, SlsClient, staticCredentials } from "../sls";
import { runLocalCloud, timed } from "./local-cloud";

const root = join(__dirname, "..");
const logstore = "bench-logstore";
const name = (what: string, n: number): string => `bench-${what}-${n}`;

interface Run {
  readonly who: string;
  readonly ms: number;
  readonly reads: number;
  readonly writes: number;
}

export async function benchDeploy(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-bench-"));
  const cloud = await runLocalCloud("--state", folder);
  try {
    await bench(folder, `http://127.0.0.1:${cloud.port}`, count);
  } finally {
    cloud.process.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bench(folder: string, url: string, count: number): Promise<void> {
  const env = { ...process.env, ...(await localEnv(folder)), NO_COLOR: "1" };
  const status = (await askAdmin(url, "/_local/status")) as LocalStatus;
  const [ours, theirs] = ["bench-ours", "bench-python"];
  await setUp(url, env, [ours, theirs], count);
  writeFileSync(join(folder, "outputs.json"), JSON.stringify({ "bench-dev": { cdktf_sls: manifest(ours, count) } }));
  const cli = [join(root, "dist/cli/main.js"), "deploy", "--outputs-file", join(folder, "outputs.json"), "--yes"];
  const python = process.env["CDKTF_SLS_PYTHON"] ?? join(root, ".cache/python/bin/python");
  const endpoint = "https://cn-hangzhou.log.aliyuncs.com";
  const peer = [join(root, "bench/deploy_peer.py"), endpoint, theirs, String(count)];
  const runs: Run[] = [];
  const measure = async (who: string, program: string, args: readonly string[]): Promise<void> => {
    const before = (await requestsOf(status, 0)).at(-1)?.number ?? 0;
    const ms = await timed(() => ended(program, args, env));
    const calls = (await requestsOf(status, before)).filter(({ method }) => method !== "CONNECT");
    const reads = calls.filter(({ method }) => method === "GET").length;
    runs.push({ who, ms: Math.round(ms), reads, writes: calls.length - reads });
  };
  await measure("cdktf-sls deploy", process.execPath, cli);
  await measure("cdktf-sls deploy, again", process.execPath, cli);
  if (existsSync(python)) {
    await measure("Python script's logic", python, peer);
    await measure("Python script's logic, again", python, peer);
    const start = execFileSync(python, ["-c", "import time; t=time.time(); import aliyun.log; print(time.time()-t)"]);
    runs.push({ who: "(importing its SDK once)", ms: Math.round(Number(start) * 1000), reads: 0, writes: 0 });
  }
  const line = (...cells: readonly (string | number)[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? String(cell).padEnd(34) : String(cell).padStart(10))).join("")}`;
  const out = [
    `\nDeploy: ${count} Logtail configs, each bound to a machine group of its own, over https through the local cloud's proxy`,
    line("", "ms", "reads", "writes"),
    ...runs.map(({ who, ms, reads, writes }) => line(who, ms, reads, writes)),
    "  a process and its start are in the times; the marks (one write a config) and the history (four writes, then one a run) in ours",
  ];
  process.stdout.write(`${out.join("\n")}\n${JSON.stringify({ question: "deploy", count, runs })}\n`);
}

function manifest(project: string, count: number): object {
  const logtailConfigs = Array.from({ length: count }, (_, n) => ({
    project,
    machineGroups: [name("group", n)],
    config: {
      configName: name("config", n),
      inputType: "syslog",
      inputDetail: { tag: `tag_${n}`, localStorage: true },
      outputType: "LogService",
      outputDetail: { logstoreName: logstore },
    },
  }));
  return { version: 1, region: "cn-hangzhou", logtailConfigs };
}

async function setUp(url: string, env: NodeJS.ProcessEnv, projects: readonly string[], count: number): Promise<void> {
  const client = new SlsClient({
    endpoint: "http://cn-hangzhou.log.aliyuncs.com",
    credentials: staticCredentials({
      accessKeyId: env["ALIBABA_CLOUD_ACCESS_KEY_ID"] ?? "",
      accessKeySecret: env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] ?? "",
    }),
    proxy: { ...noProxy, http: parseProxyAddress("HTTP_PROXY", url) },
  });
  for (const project of projects) {
    await client.createProject(project, {});
    await client.createLogStore(project, logstore, { ttl: 30, shardCount: 1 });
    for (let n = 0; n < count; n++) {
      await client.createMachineGroup(project, {
        groupName: name("group", n),
        groupType: "",
        machineIdentifyType: "userdefined",
        machineList: [name("group", n)],
        groupAttribute: {},
      });
    }
  }
  client.close();
}

function ended(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}`))));
  });
}
