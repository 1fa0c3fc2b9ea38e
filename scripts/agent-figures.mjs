// Starts an executable of the agent against a local cloud of its own, and measures: spawn to the last input listening, and what is
// resident then. Needs dist/.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const load = createRequire(import.meta.url);
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const [project, logstore] = ["figures", "figures"];
const runs = 5;
/** What is resident right after the start is not what stays. */
const settledMs = 1_000;

/**
 * Resolves with { readyMs, cpuMs, residentBytes }: the least, the median and the most of some starts. What of the time was its
 * own, cpuMs tells on a machine with other things to do. Rejects when the agent does not start.
 */
export async function agentFigures(executable) {
  const { startLocalCloud } = load(join(dist, "emulator"));
  const folder = mkdtempSync(join(tmpdir(), "sls-agent-figures-"));
  const cloud = await startLocalCloud({ stateDir: join(folder, "cloud") });
  try {
    await prepare(cloud);
    const settings = { endpoint: "http://cn-hangzhou.log.aliyuncs.com", projects: [project] };
    mkdirSync(join(folder, "etc"));
    writeFileSync(join(folder, "etc", "user_defined_id"), "figures\n");
    const ports = { syslog: { port: 0 }, relp: { port: 0 } };
    writeFileSync(join(folder, "etc", "sls-agent.json"), JSON.stringify({ ...settings, ...ports }));
    // Read from disk as at a boot: of a file just written the kernel keeps larger pieces, and counts more of it as resident.
    spawnSync("sync", [executable]);
    spawnSync("dd", [`if=${executable}`, "iflag=nocache", "count=0", "status=none"]);
    const found = [];
    for (let i = 0; i < runs; i++) {
      // A first start each time: no configs of an earlier one.
      found.push(
        await once(executable, ["--config-dir", join(folder, "etc"), "--data-dir", join(folder, `data${i}`)], cloud),
      );
    }
    const spread = (values) => {
      const [least, , median, , most] = values.sort((a, b) => a - b);
      return { least, median, most };
    };
    return {
      readyMs: spread(found.map(({ readyMs }) => readyMs)),
      cpuMs: spread(found.map(({ cpuMs }) => cpuMs)),
      residentBytes: spread(found.map(({ residentBytes }) => residentBytes)),
    };
  } finally {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(cloud) {
  const { SlsClient, proxyFromEnv, staticCredentials } = load(join(dist, "sls", "client"));
  const { HTTP_PROXY } = cloud.env();
  const client = new SlsClient({
    endpoint: "http://cn-hangzhou.log.aliyuncs.com",
    credentials: staticCredentials(cloud.credentials),
    proxy: proxyFromEnv({ HTTP_PROXY }),
  });
  await client.createProject(project, { description: "" });
  await client.createLogStore(project, logstore, { ttl: 1, shardCount: 1 });
  await client.createMachineGroup(project, {
    groupName: "figures",
    groupType: "",
    machineIdentifyType: "userdefined",
    groupAttribute: { groupTopic: "" },
    machineList: ["figures"],
  });
  await client.createLogtailConfig(project, {
    configName: "figures",
    inputType: "syslog",
    inputDetail: { tag: "sys_tag" },
    outputType: "LogService",
    outputDetail: { logstoreName: logstore },
  });
  await client.applyConfigToMachineGroup(project, "figures", "figures");
  client.close();
}

async function once(executable, args, cloud) {
  const begin = performance.now();
  const agent = spawn(executable, ["run", ...args], { env: { PATH: process.env.PATH, ...cloud.env() } });
  let said = "";
  agent.stderr.on("data", (chunk) => (said += chunk));
  const ended = new Promise((resolve) => agent.on("close", resolve));
  try {
    const readyMs = await new Promise((resolve, reject) => {
      let out = "";
      agent.stdout.on("data", (chunk) => {
        out += chunk;
        if (out.split('"event":"Listening"').length > 2) resolve(performance.now() - begin);
      });
      agent.on("error", reject);
      agent.on("exit", (code) =>
        reject(new Error(`${executable} ended with ${code} before it listened: ${said}${out}`)),
      );
    });
    const cpuMs = cpuMsOf(agent.pid);
    await sleep(settledMs);
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${agent.pid}/status`, "utf8"));
    return { readyMs, cpuMs, residentBytes: Number(kib) * 1024 };
  } finally {
    agent.kill("SIGTERM");
    await ended;
  }
}

/** User and system time in milliseconds; the kernel counts in hundredths of a second. */
function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
