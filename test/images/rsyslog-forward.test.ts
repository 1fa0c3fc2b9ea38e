import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadSettings } from "../../agent/config/settings";
import { Agent } from "../../agent/run";
import type { AgentEvent } from "../../agent/status/events";
import { realWorld } from "../../agent/world";
import { rsyslogForward, type RsyslogForwardOptions } from "../../images/rsyslog";
import { committed } from "../../images/rsyslog/write";
import { FakeService } from "../agent/support/fake-service";
import { temporaryFolder } from "../agent/support/folder";
import { skipWithoutOmrelp } from "../agent/support/rsyslog";
import { freePort } from "../support/ports";
import { until } from "../agent/support/world";
import { startDebianRsyslog } from "./support/debian-rsyslog";
import { repository, testWith, tool } from "../support/tools";

describe("the drop-ins of the images", () => {
  it.each(Object.entries(committed))(
    "%s is what the code makes; else run: npx ts-node images/rsyslog/write.ts",
    (name, options) => {
      expect(readFileSync(join(repository, "images/rsyslog", name), "utf8")).toBe(rsyslogForward(options));
    },
  );

  it("says all that is wrong at once, with what is allowed", () => {
    const wrong = { port: 0, tag: "a b", selector: "*.* stop", queue: { size: 1000, fileName: "../x" } };
    expect(() => rsyslogForward(wrong)).toThrow(
      "rsyslog drop-in: port must be a whole number from 1 to 65535, got 0; " +
        'syslog tag must be 1 to 128 printable ASCII characters without spaces, got "a b"; ' +
        "it must equal the second word of the line that rsyslog sends; " +
        'selector must be an rsyslog selector such as "*.*" or "*.info;mail.none", got "*.* stop"; ' +
        'queue.fileName must be 1 to 64 letters, digits, - or _, got "../x"; ' +
        "queue.size must be a whole number from 2000: less stalls on a burst, got 1000",
    );
    expect(() => rsyslogForward({ tag: 'x"y' })).toThrow("which rsyslog's template gives a meaning");
  });

  it("keeps Logtail's own format for Logtail", () => {
    expect(rsyslogForward({ transport: "tcp" })).toContain(
      'string="0.1 sys_tag %timegenerated:::date-unixtimestamp% %fromhost-ip% %hostname% %pri-text% ' +
        '%protocol-version% %app-name% %procid% %msgid% %msg:::drop-last-lf%\\n"',
    );
  });
});

/** As Debian's own file: inputs come before the drop-ins. */
const debianHead = [
  'module(load="imuxsock" SysSock.Use="off")',
  "$FileOwner root",
  "$WorkDirectory /var/spool/rsyslog",
];

const options: readonly RsyslogForwardOptions[] = [
  {},
  { transport: "tcp" },
  { transport: "tcp", format: "extended", target: "collector.example.com", port: 6514, selector: "*.info;mail.none" },
  {
    tag: "my_tag!",
    maxMessageSize: "256k",
    queue: { fileName: "sls", size: 50_000, maxDiskSpace: "10g", spoolDirectory: "/var/tmp" },
  },
];

describe("rsyslogd -N1", () => {
  const testIt = testWith("rsyslogd with omrelp", skipWithoutOmrelp ? undefined : tool("rsyslogd"));
  const check = (...lines: string[]): ReturnType<typeof spawnSync> => {
    const file = join(temporaryFolder(), "rsyslog.conf");
    writeFileSync(file, [...debianHead, ...lines, ""].join("\n"));
    return spawnSync(tool("rsyslogd") ?? "", ["-N1", "-f", file], { encoding: "utf8" });
  };

  for (const [i, one] of options.entries()) {
    testIt(`has nothing to say about choice ${i}: ${JSON.stringify(one)}`, () => {
      const { status, stderr } = check(rsyslogForward(one));
      const said = String(stderr)
        .split("\n")
        .filter((line) => !/config validation run|^$/.test(line));
      expect({ status, said }).toEqual({ status: 0, said: [] });
    });
  }

  testIt("would say when a parameter is none", () => {
    const { status, stderr } = check(rsyslogForward().replace("windowSize", "windowSiz"));
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining("windowSiz") as string });
  });
});

interface Running {
  readonly service: FakeService;
  readonly ports: Readonly<Record<"tcp" | "relp", number>>;
}

async function startAgent(relpPort = 0): Promise<Running> {
  const folder = temporaryFolder();
  const service = new FakeService();
  service.bind("g", ["logtail-id-dev"], { c: ["sys_tag", "my-store"] });
  writeFileSync(join(folder, "user_defined_id"), "logtail-id-dev\n");
  const flags = { endpoint: "http://nowhere", projects: ["my-project"], syslogPort: "0", relpPort: String(relpPort) };
  const settings = loadSettings({
    configDir: folder,
    env: { SLS_AGENT_LINGER_MS: "5" },
    flags: { ...flags, dataDir: join(folder, "data") },
  });
  const events: AgentEvent[] = [];
  const agent = new Agent({ settings, env: {}, service, world: realWorld, emit: (event) => events.push(event) });
  onTestFinished(() => agent.stop("test", 0).then(() => undefined));
  const port = (input: string): number =>
    events.reduce((found, e) => (e.type === "Listening" && e.input === input ? (e.port ?? 0) : found), 0);
  await until("the agent listens", () => port("syslog-tcp") > 0 && port("relp") > 0);
  return { service, ports: { tcp: port("syslog-tcp"), relp: port("relp") } };
}

type Stored = Readonly<Record<string, string>> & { readonly time: number; readonly timeNs?: number };

const logsOf = ({ service }: Running): Stored[] =>
  service.sinkMade.stored.flatMap(({ group }) =>
    group.logs.map(({ contents, ...log }) => ({
      ...log,
      ...Object.fromEntries(contents.map(([key, value]) => [key, Buffer.from(value).toString()])),
    })),
  ) as Stored[];

async function send(port: number, lines: readonly string[]): Promise<void> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.end(`${lines.join("\n")}\n`);
  await once(socket.resume(), "close");
}

describe.skipIf(skipWithoutOmrelp)("real rsyslog with the drop-in (skipped without it: rsyslog-relp)", () => {
  it.each(["relp", "tcp"] as const)(
    "brings reported times, structured data and long lines over %s",
    async (transport) => {
      const agent = await startAgent();
      const dropIn = rsyslogForward({ transport, port: agent.ports[transport], format: "extended" });
      const port = await startDebianRsyslog(temporaryFolder(), dropIn);
      const time = Math.floor(Date.now() / 1000) - 3600;
      const stamp = new Date(time * 1000).toISOString().slice(0, 19);
      const long = "x".repeat(60_000);
      await send(port, [
        `<165>1 ${stamp}.054068Z web-1 myapp 8710 ID47 [x@1 k="a \\"b\\" \\]"][y@1] text`,
        `<30>1 ${stamp}Z web-1 nopid - - - ${long}`,
      ]);
      const logs = (): Stored[] => logsOf(agent).filter((log) => log["hostname"] === "web-1");
      await until("both are stored", () => logs().length >= 2);
      expect(logs()).toMatchObject([
        { time, timeNs: 54_068_000, "app-name": "myapp", msgid: "ID47", "x@1.k": 'a "b" ]', "y@1": "", msg: "text" },
        { time, "app-name": "nopid", msg: long },
      ]);
      expect(logsOf(agent).filter((log) => "content" in log)).toEqual([]);
    },
  );

  it("keeps a burst while nobody listens, and brings it soon after somebody does", async () => {
    const relpPort = await freePort();
    const port = await startDebianRsyslog(temporaryFolder(), rsyslogForward({ port: relpPort }));
    const wanted = 20_000;
    const stamp = new Date().toISOString();
    const line = (i: number): string => `<13>1 ${stamp} web-1 burst ${i} - - line ${i}`;
    await send(
      port,
      Array.from({ length: wanted }, (_, i) => line(i)),
    );
    const agent = await startAgent(relpPort);
    const stored = (): number => agent.service.sinkMade.stored.reduce((sum, { group }) => sum + group.logs.length, 0);
    // Soon is a matter of rsyslog's pauses, of 10 s at the most; how fast the rest follows is one of the machine.
    await until("the first are stored", () => stored() > 0, 20_000);
    await until("all are stored", () => stored() >= wanted);
    const came = logsOf(agent).flatMap((log) => (log["app-name"] === "burst" ? [log["procid"]] : []));
    expect(new Set(came).size).toBe(wanted);
    // omrelp doubles the line with which it finds nobody at its very first try: one from memory, one from disk.
    expect(came.length - wanted).toBeLessThanOrEqual(2);
  });
});
