/** The bundled agent's life, as those around it see it: metrics, health, drain, settings read again, ends. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { testWith, tool } from "../support/tools";
import { builtAgent, spawnAgent, type RunningAgent } from "./support/bundle";
import { cloudBench, stopped, writeLines, type CloudBench } from "./support/cloud-bench";
import { until } from "./support/world";

const endpoint = "http://cn-hangzhou.log.aliyuncs.com";
const testPromtool = testWith("promtool", tool("promtool"));

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

function get(port: unknown, path: string, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port: Number(port), path, method, agent: false }, (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, type: reply.headers["content-type"], text }));
    });
    request.on("error", reject).end();
  });
}

/** What the control socket answers. */
async function ask(b: CloudBench, request: string): Promise<string> {
  const socket = net.connect(join(b.data, "control.sock"));
  socket.end(request);
  return text(socket);
}

describe("the running agent", () => {
  const agent = builtAgent();
  const run = (b: CloudBench, env: NodeJS.ProcessEnv = {}, args: string[] = []): RunningAgent =>
    spawnAgent(agent.path(), ["run", ...b.args(endpoint), ...args], {
      ...b.cloud.env(),
      SLS_AGENT_LINGER_MS: "20",
      SLS_AGENT_STATUS_PORT: "0",
      ...env,
    });
  const statusPort = async (running: RunningAgent): Promise<unknown> =>
    (await running.awaitEvent("StatusServed"))["port"];
  /** Not waited for in one piece: the local cloud runs in this process. */
  const drain = async (b: CloudBench, seconds: string): Promise<{ code: unknown; out: string; err: string }> => {
    const child = spawn(agent.path(), ["drain", "--data-dir", b.data, "--seconds", seconds]);
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const [code] = (await once(child, "close")) as [unknown];
    return { code, out, err };
  };

  testPromtool("tells metrics that promtool has nothing against, and that are right", async () => {
    const b = await cloudBench();
    const running = run(b);
    b.cloud.faults.add({ operation: "PostLogStoreLogs", error: "ServerBusy", times: 1 });
    await writeLines(running, ["one", "two", "three"]);
    await until("three lines are stored", async () => (await b.messages()).length === 3);
    const port = await statusPort(running);
    const labels = `{project="${b.project}",logstore="${b.logstore}"}`;
    const told = async (): Promise<string> => (await get(port, "/metrics")).text;
    await until("the agent has its answer", async () => (await told()).includes(`lines_sent_total${labels} 3\n`));
    const { status, type, text } = await get(port, "/metrics");
    expect({ status, type }).toEqual({ status: 200, type: "text/plain; version=0.0.4; charset=utf-8" });
    const judged = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
    expect(judged).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(text.split("\n")).toEqual(
      expect.arrayContaining([
        "sls_agent_lines_accepted_total 3",
        `sls_agent_lines_sent_total${labels} 3`,
        `sls_agent_send_failures_total{project="${b.project}",logstore="${b.logstore}",code="ServerBusy"} 1`,
        `sls_agent_queue_lines${labels} 0`,
        'sls_agent_input_listening{input="syslog-tcp"} 1',
        "sls_agent_healthy 1",
      ]),
    );
    expect(text).toMatch(/^sls_agent_send_duration_seconds_bucket\{le="\+Inf"\} [1-3]$/m);
    await stopped(running);
  });

  it("is healthy at once, and ready while it takes lines", async () => {
    const b = await cloudBench();
    await b.client.removeConfigFromMachineGroup(b.project, "my-config", "my-group");
    const running = run(b);
    const port = await statusPort(running);
    expect(await get(port, "/healthz")).toMatchObject({ status: 200, text: "ok\n" });
    await running.awaitEvent("WaitingFor");
    const unready = await get(port, "/readyz");
    expect(unready.status).toBe(503);
    expect(unready.text).toMatch(/^waiting for configs of project test-project: no syslog config is bound to my-group/);
    await b.client.applyConfigToMachineGroup(b.project, "my-config", "my-group");
    await running.awaitEvent("Listening");
    expect(await get(port, "/readyz")).toMatchObject({ status: 200, text: "ok\n" });
    expect(await get(port, "/other")).toMatchObject({ status: 404 });
    expect(await get(port, "/metrics", "POST")).toMatchObject({ status: 405 });
    await stopped(running);
  });

  it("works without its status port when that is taken, and says who to ask", async () => {
    const b = await cloudBench();
    const { port } = new URL(b.cloud.url);
    const running = run(b, { SLS_AGENT_STATUS_PORT: port });
    await running.awaitEvent("Listening");
    const { what, why } = await running.awaitEvent("WaitingFor");
    expect(what).toBe(`status port ${port}`);
    expect(why).toMatch(/EADDRINUSE.*; free it, or give another with status\.port$/);
    await stopped(running);
  });

  it("drain waits until what there is has been sent, and says what is left when that does not come about", async () => {
    const b = await cloudBench();
    expect(await drain(b, "1")).toEqual({
      code: 3,
      out: `no sls-agent runs with the data folder ${b.data}\n`,
      err: "",
    });
    const running = run(b, { SLS_AGENT_DRAIN_SECONDS: "0" });
    await running.awaitEvent("Listening");
    expect(statSync(join(b.data, "control.sock")).mode & 0o777).toBe(0o600);
    expect(await ask(b, "null")).toBe('{"error":"no such command: undefined; there are drain, resend and remove"}\n');
    expect(await ask(b, "[")).toBe('{"error":"the request is not JSON"}\n');
    const fault = b.cloud.faults.add({ operation: "PostLogStoreLogs", error: "ServerBusy" });
    await writeLines(running, ["one", "two"]);
    await running.awaitEvent("SendFailed");
    const left = await drain(b, "0.3");
    expect(left.code).toBe(5);
    expect(left.out).toMatch(/^not drained: 2 line\(s\) are left after 0\.3 s; last error, 2\S+Z: .*ServerBusy/);
    fault.remove();
    expect(await drain(b, "30")).toEqual({
      code: 0,
      out: "drained: all that was there is sent or set aside\n",
      err: "",
    });
    expect(await b.messages()).toHaveLength(2);
    await stopped(running);
    expect((await drain(b, "1")).code).toBe(3);
    expect(await drain(b, "soon")).toMatchObject({
      code: 2,
      err: 'sls-agent: --seconds must be a number from 0 to 86400, got "soon"\n',
    });
  });

  it("takes over at SIGHUP what can be, names what waits for a start, and keeps what it had when the file is wrong", async () => {
    const b = await cloudBench();
    const file = join(b.config, "sls-agent.json");
    const settings = (value: object): void => writeFileSync(file, JSON.stringify(value));
    settings({ log: { level: "info" } });
    const running = run(b);
    await running.awaitEvent("Listening");
    settings({ log: { level: "debug" }, drainSeconds: 3, sender: { batchLines: 7 } });
    running.process.kill("SIGHUP");
    expect(await running.awaitEvent("SettingsChanged")).toMatchObject({
      changed: ["drainSeconds", "log.level"],
      atRestart: ["sender.batchLines"],
    });
    await writeLines(running, ["seen"]);
    await running.awaitEvent("BatchSent");
    settings({ drainSeconds: "long" });
    running.process.kill("SIGHUP");
    const { problems } = await running.awaitEvent("SettingsRefused");
    expect(problems).toEqual([`${file}: drainSeconds must be a whole number from 0 to 600, got "long"`]);
    running.process.kill("SIGTERM");
    expect(await running.awaitEvent("Draining")).toMatchObject({ deadlineMs: 3_000 });
    expect(await running.ended).toBe(0);
  });

  it("is not ended by a SIGHUP that comes while it starts", async () => {
    const b = await cloudBench();
    // Several: without a handler most of them end it.
    for (let i = 0; i < 3; i++) {
      const running = run(b);
      running.process.stdout.once("data", () => running.process.kill("SIGHUP"));
      await running.awaitEvent("Listening");
      await stopped(running);
    }
  });

  it("ended by a watchdog, keeps its lines on disk and exits 1", async () => {
    const b = await cloudBench();
    const running = run(b);
    b.cloud.faults.add({ operation: "PostLogStoreLogs", error: "ServerBusy" });
    await writeLines(running, ["one", "two"]);
    running.process.kill("SIGABRT");
    expect(await running.ended).toBe(1);
    expect(running.events().at(-1)).toMatchObject({ event: "AgentStopped", keptOnDisk: 2, lost: 0 });
    expect(readdirSync(join(b.data, "buffer"))).toHaveLength(1);
  });

  it("ended by an error that nobody caught, keeps its lines on disk, says which and exits 1", async () => {
    const b = await cloudBench();
    const bug = join(b.config, "bug.cjs");
    writeFileSync(bug, 'process.once("SIGUSR2", () => { throw new Error("a bug"); });');
    const running = run(b, { NODE_OPTIONS: `--require ${bug}` });
    b.cloud.faults.add({ operation: "PostLogStoreLogs", error: "ServerBusy" });
    await writeLines(running, ["one", "two"]);
    running.process.kill("SIGUSR2");
    expect(await running.ended).toBe(1);
    expect((await running.awaitEvent("AgentFailed"))["message"]).toMatch(/^unexpected: Error: a bug\n +at /);
    expect(running.events().at(-1)).toMatchObject({ event: "AgentStopped", keptOnDisk: 2, lost: 0 });
  });

  it("ends with 1 and says why where a logstore's lines cannot be read back; the next run that can has all of them", async () => {
    const b = await cloudBench();
    const first = run(b);
    const busy = b.cloud.faults.add({ operation: "PostLogStoreLogs", error: "ServerBusy" });
    await writeLines(first, ["one", "two"]);
    first.process.kill("SIGABRT");
    await first.ended;
    busy.remove();
    mkdirSync(join(b.data, "buffer", "zzz.locked"));
    const lock = join(b.config, "lock.cjs");
    writeFileSync(
      lock,
      `const fs = require("node:fs"); const { readdirSync } = fs;
      fs.readdirSync = (folder, ...rest) => {
        if (String(folder).endsWith("zzz.locked")) throw new Error("EACCES: zzz.locked");
        return readdirSync(folder, ...rest);
      };`,
    );
    const second = run(b, { NODE_OPTIONS: `--require ${lock}` });
    expect(await second.ended).toBe(1);
    expect(second.events().at(-1)).toMatchObject({ event: "AgentStopped", lost: 0, notReadBack: true });
    expect(second.errors()).toContain("EACCES: zzz.locked");
    const third = run(b);
    await until("all are stored", async () => (await b.messages()).length >= 2);
    await stopped(third);
    expect(await b.messages()).toEqual(["one", "two"]);
  });

  it("ends each time, also while the engine still compiles what a burst of lines has made hot", async () => {
    const burst = Array.from({ length: 150_000 }, (_, n) => `line ${n}`);
    for (let time = 0; time < 6; time++) {
      const running = run(await cloudBench(), { SLS_AGENT_DRAIN_SECONDS: "200" });
      await writeLines(running, burst);
      expect(await stopped(running)).toMatchObject({ event: "AgentStopped", sent: burst.length, lost: 0 });
    }
  });

  it("goes on without a control socket where the data folder's path is too long for one", async () => {
    const b = await cloudBench();
    const long = join(b.data, "x".repeat(90));
    mkdirSync(long, { recursive: true });
    const running = run(b, {}, ["--data-dir", long]);
    await writeLines(running, ["one"]);
    await until("it is stored", async () => (await b.messages()).length === 1);
    await stopped(running);
  });
});
