/** Real rsyslog with the forwarder of the seeds, into the agent. Skipped by name where rsyslogd is missing, but not in CI. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadSettings } from "../../../../agent/config/settings";
import { Agent } from "../../../../agent/run";
import type { AgentEvent } from "../../../../agent/status/events";
import { realWorld } from "../../../../agent/world";
import { FakeService } from "../../support/fake-service";
import { temporaryFolder } from "../../support/folder";
import { freePort } from "../../../support/ports";
import { until } from "../../support/world";

const installed = spawnSync("rsyslogd", ["-v"]).status === 0;
const inCi = process.env["CI"] === "true";

const template =
  '$template ALI_LOG_FMT,"0.1 sys_tag %timegenerated:::date-unixtimestamp% %fromhost-ip% %hostname% %pri-text% ' +
  '%protocol-version% %app-name% %procid% %msgid% %msg:::drop-last-lf%\\n"';

/** Starts rsyslogd with a socket and a UDP port of its own, forwarding to `port`. */
async function startRsyslog(folder: string, port: number, udpPort: number): Promise<string> {
  const socket = join(folder, "log.sock");
  const spool = join(folder, "spool");
  mkdirSync(spool);
  const config = join(folder, "rsyslog.conf");
  writeFileSync(
    config,
    [
      'module(load="imuxsock" SysSock.Use="off")',
      `input(type="imuxsock" Socket="${socket}" CreatePath="on" RateLimit.Interval="0")`,
      'module(load="imudp")',
      `input(type="imudp" address="127.0.0.1" port="${udpPort}")`,
      `global(workDirectory="${spool}")`,
      "$ActionQueueFileName fwdRule1",
      "$ActionQueueMaxDiskSpace 1g",
      "$ActionQueueSaveOnShutdown on",
      "$ActionQueueType LinkedList",
      // See docs/agent.md.
      "$ActionQueueSize 10000",
      "$ActionResumeRetryCount -1",
      "$ActionResumeInterval 1",
      template,
      `*.* @@127.0.0.1:${port};ALI_LOG_FMT`,
      "",
    ].join("\n"),
  );
  const daemon = spawn("rsyslogd", ["-n", "-f", config, "-i", join(folder, "pid")], { stdio: "ignore" });
  const ended = new Promise((resolve) => daemon.on("exit", resolve));
  onTestFinished(async () => {
    daemon.kill("SIGTERM");
    await ended;
  });
  await until("rsyslogd has made its socket", () => existsSync(socket));
  // A datagram that comes before is lost.
  await until("rsyslogd has its UDP port", () => isBound(udpPort));
  return socket;
}

function startAgent(folder: string, port: string): { service: FakeService; agent: Agent; port(): number } {
  const service = new FakeService();
  service.bind("g", ["logtail-id-dev"], { c: ["sys_tag", "my-store"] });
  const config = join(folder, "etc");
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, "user_defined_id"), "logtail-id-dev\n");
  const settings = loadSettings({
    configDir: config,
    env: { SLS_AGENT_LINGER_MS: "5" },
    flags: { endpoint: "http://nowhere", projects: ["my-project"], syslogPort: port, dataDir: join(folder, "data") },
  });
  const events: AgentEvent[] = [];
  const agent = new Agent({ settings, env: {}, service, world: realWorld, emit: (event) => events.push(event) });
  const listening = (): number => {
    const event = events.find(({ type }) => type === "Listening");
    return event?.type === "Listening" ? (event.port ?? 0) : 0;
  };
  return { service, agent, port: listening };
}

/** Linux tells ports in hexadecimal. */
const isBound = (port: number): boolean =>
  readFileSync("/proc/net/udp", "latin1").includes(`:${port.toString(16).toUpperCase().padStart(4, "0")} `);

const logger = (socket: string, app: string, text: string): void =>
  void execFileSync("logger", ["-u", socket, "-t", app], { input: text });

describe.skipIf(!installed && !inCi)("real rsyslog (skipped without rsyslogd: apt-get install rsyslog)", () => {
  it("delivers each message as the program wrote it", async () => {
    const folder = temporaryFolder();
    const udpPort = await freePort();
    const { service, agent, port } = startAgent(folder, "0");
    onTestFinished(() => agent.stop("test", 0).then(() => undefined));
    await until("the agent listens", () => port() > 0);
    const socket = await startRsyslog(folder, port(), udpPort);

    const texts = ["plain", "  two spaces before", "trailing space ", "tab\tin it", "umlaut ä, emoji 🐢", "a#012b"];
    for (const text of texts) logger(socket, "todo-list", text);
    const udp = createSocket("udp4");
    const send = (bytes: Buffer | string): void => udp.send(bytes, udpPort, "127.0.0.1");
    send("<165>1 2026-11-21T06:55:43Z web-1 myapp 8710 ID47 - \ufeffwith a mark");
    send("<165>1 2026-11-21T06:55:43Z web-1 myapp 8710 ID47 -  one space of its own");
    send(Buffer.concat([Buffer.from("<34>Oct 11 22:14:15 oldhost su[55]: gbk "), Buffer.from([0xc4, 0xe3])]));
    await until("all messages are stored", () => service.sinkMade.values("msg").length >= texts.length + 3);
    udp.close();

    const stored = service.sinkMade.stored.flatMap(({ group }) => group.logs.map((log) => new Map(log.contents)));
    const of = (app: string): unknown[] =>
      stored.filter((log) => log.get("app-name") === app).map((log) => log.get("msg"));
    // rsyslog itself writes control characters as #ooo; the agent leaves that as it came.
    expect(of("todo-list")).toEqual(texts.map((text) => text.replace("\t", "#011")));
    expect(new Set(of("myapp"))).toEqual(new Set(["with a mark", " one space of its own"]));
    expect(of("su")).toEqual([Buffer.concat([Buffer.from("gbk "), Buffer.from([0xc4, 0xe3])])]);
    expect([...(stored[0]?.keys() ?? [])]).toEqual([
      "hostname",
      "pri-text",
      "protocol-version",
      "app-name",
      "procid",
      "msgid",
      "msg",
    ]);
  });

  it("loses nothing over a clean restart of the agent, and rsyslog doubles one line at most", async () => {
    const folder = temporaryFolder();
    const udpPort = await freePort();
    const first = startAgent(folder, "0");
    await until("the agent listens", () => first.port() > 0);
    const port = first.port();
    const socket = await startRsyslog(folder, port, udpPort);
    const numbers = Array.from({ length: 3000 }, (_, i) => `message ${i}`);
    logger(socket, "app", numbers.slice(0, 1000).join("\n"));
    await until("the first are stored", () => first.service.sinkMade.values("msg").length > 0);
    await first.agent.stop("test", 5000);
    logger(socket, "app", numbers.slice(1000, 2000).join("\n"));
    const second = startAgent(folder, String(port));
    onTestFinished(() => second.agent.stop("test", 0).then(() => undefined));
    await until("the agent listens again", () => second.port() > 0);
    logger(socket, "app", numbers.slice(2000).join("\n"));
    const all = (): string[] => [first, second].flatMap(({ service }) => service.sinkMade.values("msg"));
    await until("all are stored", () => new Set(all()).size === numbers.length);
    // omfwd sends its last message again when it has found the connection closed.
    expect(all().length - numbers.length).toBeLessThanOrEqual(1);
  });
});
