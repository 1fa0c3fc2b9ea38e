/** The command as a supervisor sees it: exit codes, signals, files. The service is never in reach here. */
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtAgent, spawnAgent, type RunningAgent } from "./support/bundle";
import { temporaryFolder } from "./support/folder";

const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: "testAK", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testSK-never-printed" };
/** Nothing listens there. */
const endpoint = "http://localhost:9";

/** A configuration folder, and the configs of an earlier run. */
function machine(settings: object = {}): { config: string; data: string } {
  const config = temporaryFolder();
  const data = join(config, "data");
  mkdirSync(data);
  writeFileSync(join(config, "user_defined_id"), "logtail-id-dev\n");
  writeFileSync(
    join(config, "sls-agent.json"),
    JSON.stringify({
      endpoint,
      project: "my-project",
      dataDir: data,
      syslog: { port: 0 },
      drainSeconds: 0,
      ...settings,
    }),
  );
  const found = { project: "my-project", config: "c", logstore: "my-store", tag: "sys_tag", topic: "", group: "g" };
  writeFileSync(
    join(data, "configs.json"),
    JSON.stringify({ endpoint, userDefinedIds: ["logtail-id-dev"], projects: { "my-project": [found] } }),
  );
  return { config, data };
}

async function write(agent: RunningAgent, text: string): Promise<void> {
  const { port } = await agent.awaitEvent("Listening");
  const socket = net.connect(port as number, "127.0.0.1");
  await once(socket, "connect");
  socket.end(text);
  socket.resume();
  await once(socket, "close");
}
const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `0.1 sys_tag 1795244143 127.0.0.1 vm user.info 0 app - -  ${i}\n`).join("");

describe("sls-agent", () => {
  const agent = builtAgent();
  const run = (args: string[], env: NodeJS.ProcessEnv = {}): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(agent.path(), args, {
      env: { PATH: process.env["PATH"], ...env },
      encoding: "utf8",
    });
    return { code: status, out: stdout, err: stderr };
  };

  it("exits 2 on arguments and settings that are wrong, and says which", () => {
    const { config } = machine();
    expect(run(["run", "--nonsense"])).toMatchObject({ code: 2, err: "error: unknown option '--nonsense'\n" });
    expect(run(["run", "--config-dir", config, "--port", "many"], keys)).toMatchObject({
      code: 2,
      err: 'sls-agent: --port: syslog.port must be a whole number from 0 to 65535, or "off", got "many"\n',
    });
  });

  it("exits 2 without an access key, and says where it belongs", () => {
    const { config } = machine();
    const { code, err } = run(["run", "--config-dir", config]);
    expect(code).toBe(2);
    expect(err).toMatch(
      /^sls-agent: no access key id: set ALIBABA_CLOUD_ACCESS_KEY_ID or ALICLOUD_ACCESS_KEY in the environment/,
    );
  });

  it("sends what is piped in, and ends with 0 when that ends", async () => {
    const { config, data } = machine({ syslog: { port: "off" }, inputs: [{ type: "stdin" }] });
    const running = spawnAgent(agent.path(), ["run", "--config-dir", config], keys);
    running.process.stdin.end("one\ntwo\nhalf");
    expect(await running.ended).toBe(0);
    const [end] = running.events().filter(({ event }) => event === "AgentStopped");
    // The service is not in reach: they are kept.
    expect(end).toMatchObject({ accepted: 3, keptOnDisk: 3, lost: 0 });
    expect(running.events().find(({ event }) => event === "Draining")).toMatchObject({ why: "end of standard input" });
    expect(readdirSync(join(data, "buffer"))).toHaveLength(1);
  });

  it("validate prints what would be used, without the secret, and exits 0", () => {
    const command = ["vmstat", "--password", "exec-secret-never-printed"];
    const { config, data } = machine({ inputs: [{ type: "exec", command }] });
    const { code, out } = run(["validate", "--config-dir", config], keys);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      settings: { endpoint, projects: ["my-project"], dataDir: data },
      machine: { userDefinedIds: ["logtail-id-dev"] },
    });
    expect(out).not.toMatch(/never-printed/);
  });

  it("validate --quiet tells doubts alone, and exits 2 where the agent could not work", () => {
    const { config, data } = machine();
    expect(run(["validate", "--quiet", "--config-dir", config], { ...keys, HTTP_PROXY: "127.0.0.1:9" })).toEqual({
      code: 0,
      out: "",
      err: "sls-agent: warning: proxy: 127.0.0.1:9: ECONNREFUSED\n",
    });
    const file = join(data, "configs.json");
    const { code, err } = run(["validate", "--quiet", "--config-dir", config, "--data-dir", file], keys);
    expect({ code, error: err.split("\n")[0] }).toEqual({
      code: 2,
      error: `sls-agent: error: dataDir: ${file} is no folder; give another with --data-dir or dataDir`,
    });
  });

  it("runs from the configs of the last run, keeps its lines on disk on SIGTERM, and exits 0", async () => {
    const { config, data } = machine();
    const ready = join(config, "ready");
    const running = spawnAgent(agent.path(), ["run", "--config-dir", config, "--ready-file", ready], keys);
    await write(running, lines(500));
    const { port } = await running.awaitEvent("Listening");
    expect(JSON.parse(readFileSync(ready, "utf8"))).toEqual({ address: "127.0.0.1", port, pid: running.process.pid });
    running.process.kill("SIGTERM");
    expect(await running.ended).toBe(0);
    expect(running.events().at(-1)).toMatchObject({ event: "AgentStopped", accepted: 500, keptOnDisk: 500, lost: 0 });
    expect(readdirSync(join(data, "buffer"))).toEqual(["my-project.my-store"]);
    expect(JSON.stringify(running.events())).not.toContain(keys.ALIBABA_CLOUD_ACCESS_KEY_SECRET);
  });

  it("stops at once on a second signal, and still keeps its lines", async () => {
    const { config } = machine({ drainSeconds: 600 });
    const running = spawnAgent(agent.path(), ["run", "--config-dir", config], keys);
    await write(running, lines(20));
    running.process.kill("SIGINT");
    await running.awaitEvent("Draining");
    running.process.kill("SIGINT");
    expect(await running.ended).toBe(0);
    expect(running.events().at(-1)).toMatchObject({ event: "AgentStopped", keptOnDisk: 20, lost: 0 });
  });

  it("says what it waits for while the service is out of reach", async () => {
    const { config } = machine();
    const running = spawnAgent(agent.path(), ["run", "--config-dir", config], keys);
    const { what, why } = await running.awaitEvent("WaitingFor");
    expect(what).toBe("configs of project my-project");
    expect(why).toMatch(/^could not reach http:\/\/my-project\.localhost:9: /);
  });

  it("lets one agent only use a data folder: the second exits 1", async () => {
    const { config, data } = machine();
    const running = spawnAgent(agent.path(), ["run", "--config-dir", config], keys);
    await running.awaitEvent("AgentStarted");
    expect(run(["run", "--config-dir", config], keys)).toMatchObject({
      code: 1,
      err: `sls-agent: another sls-agent runs with the data folder ${data}; stop it, or give another with --data-dir\n`,
    });
  });

  it("status is not taken in by a process that has the pid of a killed agent, nor by what an old version or a power cut left", () => {
    const data = temporaryFolder();
    const file = join(data, "status.json");
    writeFileSync(file, JSON.stringify({ version: "0.0.1", pid: process.pid, state: "running" }));
    const status = run(["status", "--data-dir", data]);
    expect({ ...status, out: status.out.split("\n")[0] }).toEqual({
      code: 3,
      out: `agent      0.0.1, pid ${process.pid}, not running, since unknown`,
      err: "",
    });
    expect(run(["status", "--json", "--data-dir", data]).out).toContain('"alive": false');
    writeFileSync(file, "");
    expect(run(["status", "--data-dir", data])).toEqual({
      code: 1,
      out: "",
      err: `sls-agent: ${file} is not whole (Unexpected end of JSON input); a running agent writes it anew within a second\n`,
    });
  });

  it("status exits 3 where no agent has ever run", () => {
    expect(run(["status", "--data-dir", "/no/such/folder"])).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringContaining("no agent has run with this data folder"),
    });
  });

  it("status tells what a running agent does, and exits 3 when it has stopped", async () => {
    const { config, data } = machine();
    const running = spawnAgent(agent.path(), ["run", "--config-dir", config], keys);
    await running.awaitEvent("Listening");
    const shown = JSON.parse(
      execFileSync(agent.path(), ["status", "--json", "--data-dir", data], { encoding: "utf8" }),
    ) as object;
    expect(shown).toMatchObject({ alive: true, pid: running.process.pid, projects: ["my-project"] });
    running.process.kill("SIGTERM");
    await running.ended;
    const after = run(["status", "--data-dir", data]);
    expect(after.code).toBe(3);
    expect(after.out).toMatch(/not running/);
  });
});
