/** The inputs of the settings file in the whole agent: lines of each end up in the logstore of its tag. */
import { createSocket } from "node:dgram";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadSettings } from "../../../agent/config/settings";
import { Agent } from "../../../agent/run";
import type { AgentEvent } from "../../../agent/status/events";
import { describeStatus } from "../../../agent/status/describe-status";
import { realWorld } from "../../../agent/world";
import { FakeService } from "../support/fake-service";
import { temporaryFolder } from "../support/folder";
import { until } from "../support/world";

function start(settings: object) {
  const folder = temporaryFolder();
  const service = new FakeService();
  service.bind("g", ["id"], { a: ["sys_tag", "first-store"], b: ["net", "net-store"], c: ["local", "local-store"] });
  writeFileSync(join(folder, "user_defined_id"), "id\n");
  writeFileSync(
    join(folder, "sls-agent.json"),
    JSON.stringify({ endpoint: "http://nowhere", project: "my-project", dataDir: join(folder, "data"), ...settings }),
  );
  const events: AgentEvent[] = [];
  const agent = new Agent({
    settings: loadSettings({ configDir: folder, env: { SLS_AGENT_LINGER_MS: "5" } }),
    env: {},
    service,
    world: realWorld,
    emit: (event) => events.push(event),
  });
  let stopped: Promise<unknown> | undefined;
  const stop = (): Promise<unknown> => (stopped ??= agent.stop("test", 5_000));
  onTestFinished(() => stop().then(() => undefined));
  const stored = (logstore: string, key = "msg"): string[] =>
    service.sinkMade.stored
      .filter((put) => put.logstore === logstore)
      .flatMap(({ group }) => group.logs.flatMap(({ contents }) => contents.filter(([k]) => k === key)))
      .map(([, value]) => Buffer.from(value).toString());
  const portOf = (input: string): number =>
    agent.status().inputs.find((one) => one.input === input && one.state === "listening")?.port ?? 0;
  return { folder, agent, events, stop, stored, portOf };
}

describe("inputs of the settings", () => {
  it("of one kind have names of their own, so that no metric is told twice", async () => {
    const { agent, events } = start({
      syslog: { port: "off" },
      inputs: [
        { type: "udp", address: "127.0.0.1:0" },
        { type: "udp", address: "127.0.0.1:0" },
        { type: "tcp", address: "127.0.0.1:0" },
        { type: "udp", address: "127.0.0.1:0" },
      ],
    });
    await until("all are open", () => events.filter(({ type }) => type === "Listening").length === 4);
    const { inputs } = agent.status();
    expect(inputs.map(({ input }) => input)).toEqual(["udp", "udp-2", "tcp", "udp-3"]);
    expect(events.flatMap((event) => (event.type === "Listening" ? [event.input] : [])).sort()).toEqual([
      "tcp",
      "udp",
      "udp-2",
      "udp-3",
    ]);
  });

  it("bring their lines to the logstore of their tag, and others where their own tag says", async () => {
    const sockets = temporaryFolder();
    const [stream, datagram] = [join(sockets, "stream"), join(sockets, "datagram")];
    const { stored, portOf, agent, stop, events } = start({
      syslog: { port: "off" },
      inputs: [
        { type: "udp", address: "127.0.0.1:0", tag: "net" },
        { type: "tcp", address: "127.0.0.1:0", tag: "net" },
        { type: "unix", path: stream, tag: "local" },
        { type: "unixgram", path: datagram, tag: "local" },
        { type: "exec", command: ["sh", "-c", "echo raw words; exec sleep 100"], tag: "local" },
        { type: "exec", command: ["sh", "-c", "echo '<13>1 - h a - - - parsed'; exec sleep 100"], format: "auto" },
      ],
    });
    await until(
      "all are open",
      () => agent.status().inputs.every(({ state }) => state === "listening") && portOf("udp") > 0,
    );
    const udp = createSocket("udp4");
    onTestFinished(() => void udp.close());
    udp.send("<13>1 - h a - - - by udp", portOf("udp"), "127.0.0.1");
    const tcp = net.connect(portOf("tcp"), "127.0.0.1");
    await once(tcp, "connect");
    const now = Math.floor(Date.now() / 1000);
    tcp.end(`<13>1 - h a - - - by tcp\n0.1 sys_tag ${now} 10.0.0.1 h user.info 0 a - -  of a tag\n`);
    const local = net.connect(stream);
    await once(local, "connect");
    local.end("<13>a: by stream\n");
    execFileSync("logger", ["-u", datagram, "-t", "a", "by datagram"]);

    await until("the network's are stored", () => stored("net-store").length === 2);
    await until("the local ones are stored", () => stored("local-store").length === 2);
    await until("the raw one is stored", () => stored("local-store", "content").length === 1);
    await until("those of the first are stored", () => stored("first-store").length === 2);
    expect(stored("net-store").sort()).toEqual(["by tcp", "by udp"]);
    expect(stored("local-store").sort()).toEqual(["by datagram", "by stream"]);
    expect(stored("local-store", "content")).toEqual(["raw words"]);
    expect(stored("first-store").sort()).toEqual(["of a tag", "parsed"]);
    expect(agent.status().lines).toMatchObject({ accepted: 7, unfit: {} });
    expect(describeStatus(agent.status(), true)).toContain(`input      unix ${stream}, listening, `);
    await stop();
    expect(agent.status().inputs).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "AgentStopped", accepted: 7, sent: 7, lost: 0 });
  });
});
