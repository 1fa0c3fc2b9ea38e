/** The same messages through real rsyslog in each of its forward formats, over TCP and over RELP: the same fields are stored. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadSettings } from "../../../agent/config/settings";
import { Agent } from "../../../agent/run";
import type { AgentEvent } from "../../../agent/status/events";
import { realWorld } from "../../../agent/world";
import { FakeService } from "../support/fake-service";
import { temporaryFolder } from "../support/folder";
import { aliLogFormat, skipWithoutOmrelp, startRsyslog } from "../support/rsyslog";
import { until } from "../support/world";

interface Running {
  readonly service: FakeService;
  readonly port: number;
  readonly relpPort: number;
}

async function startAgent(): Promise<Running> {
  const folder = temporaryFolder();
  const service = new FakeService();
  service.bind("g", ["logtail-id-dev"], { c: ["sys_tag", "my-store"] });
  writeFileSync(join(folder, "user_defined_id"), "logtail-id-dev\n");
  const settings = loadSettings({
    configDir: folder,
    env: { SLS_AGENT_LINGER_MS: "5" },
    flags: {
      endpoint: "http://nowhere",
      projects: ["my-project"],
      syslogPort: "0",
      relpPort: "0",
      dataDir: join(folder, "data"),
    },
  });
  const events: AgentEvent[] = [];
  const agent = new Agent({ settings, env: {}, service, world: realWorld, emit: (event) => events.push(event) });
  onTestFinished(() => agent.stop("test", 0).then(() => undefined));
  const port = (input: string): number =>
    events.reduce((found, e) => (e.type === "Listening" && e.input === input ? (e.port ?? 0) : found), 0);
  await until("the agent listens", () => port("syslog-tcp") > 0 && port("relp") > 0);
  return { service, port: port("syslog-tcp"), relpPort: port("relp") };
}

/** Now, so that no time is replaced; with the microseconds that rsyslog keeps. */
const stamp = `${new Date().toISOString().slice(0, 19)}.054068Z`;
const seconds = Date.parse(`${stamp.slice(0, 19)}Z`) / 1000;
const sent = [
  `<165>1 ${stamp} web-1 myapp 8710 ID47 [x@1 k="a \\"b\\" \\]"][y@1] text with ä`,
  `<11>1 ${stamp} web-1 myapp - - -  a space of its own`,
  `<30>1 ${stamp} web-1 nopid - - - #012 {"json": [1, 2]} trailing `,
  `<86>1 ${stamp} web-1 sshd 7 - - Accepted publickey: \xc4\xe3`,
];
const of = (app: string, pri: string, procid: string, msg: string): Record<string, string> => ({
  hostname: "web-1",
  "pri-text": pri,
  "app-name": app,
  procid,
  msg,
});
const expected = [
  of("myapp", "local4.notice", "8710", "text with ä"),
  of("myapp", "user.err", "-", " a space of its own"),
  of("nopid", "daemon.info", "-", '#012 {"json": [1, 2]} trailing '),
  of("sshd", "authpriv.info", "7", "Accepted publickey: \xc4\xe3"),
].map((fields) => ({
  ...fields,
  msg: fields["msg"] === "text with ä" ? Buffer.from("text with ä").toString("latin1") : fields["msg"],
}));

const tcp =
  (template: string, more = "") =>
  (at: Running) =>
    `*.* action(type="omfwd" target="127.0.0.1" port="${at.port}" protocol="tcp" template="${template}" ${more})`;
const relp = (template: string) => (at: Running) =>
  `*.* action(type="omrelp" target="127.0.0.1" port="${at.relpPort}" template="${template}")`;
const counted = 'TCP_Framing="octet-counted"';
const nul = 'TCP_FrameDelimiter="0"';

describe.skipIf(skipWithoutOmrelp)("real rsyslog (skipped without it: apt-get install rsyslog-relp)", () => {
  it.each([
    ["the seeds' template over TCP", "0.1", tcp("ALI_LOG_FMT")],
    ["the seeds' template over TCP, counted", "0.1", tcp("ALI_LOG_FMT", counted)],
    ["the seeds' template over RELP", "0.1", relp("ALI_LOG_FMT")],
    ["RFC 5424 over TCP", "5424", tcp("RSYSLOG_SyslogProtocol23Format")],
    ["RFC 5424 over TCP, counted", "5424", tcp("RSYSLOG_SyslogProtocol23Format", counted)],
    ["RFC 5424 over TCP, NUL after each", "5424", tcp("RSYSLOG_SyslogProtocol23Format", nul)],
    ["RFC 5424 over RELP", "5424", relp("RSYSLOG_SyslogProtocol23Format")],
    ["RFC 3164 over TCP", "3164", tcp("RSYSLOG_TraditionalForwardFormat")],
    ["RFC 3164 with RFC 3339 times over TCP", "3164+", tcp("RSYSLOG_ForwardFormat")],
    ["RFC 3164 over RELP", "3164", relp("RSYSLOG_TraditionalForwardFormat")],
  ])("brings what was logged: %s", async (_, format, action) => {
    const agent = await startAgent();
    const rsyslog = await startRsyslog(temporaryFolder(), 'module(load="omrelp")', aliLogFormat, action(agent));
    const socket = net.connect(rsyslog.port, "127.0.0.1");
    await once(socket, "connect");
    for (const line of sent) {
      const bytes = line.includes("\xc4") ? Buffer.from(line, "latin1") : Buffer.from(line);
      socket.write(Buffer.concat([bytes, Buffer.from("\n")]));
    }
    socket.end();

    const logs = () =>
      agent.service.sinkMade.stored.flatMap(({ group }) =>
        group.logs.map(({ contents, ...log }) => ({
          ...log,
          ...Object.fromEntries(contents.map(([key, value]) => [key, Buffer.from(value).toString("latin1")])),
        })),
      ) as (Record<string, string> & { time: number; timeNs?: number })[];
    const ours = () => logs().filter((log) => log["hostname"] === "web-1");
    await until("all are stored", () => ours().length >= sent.length);
    expect(ours()).toHaveLength(sent.length);
    const bare = format.startsWith("3164");
    for (const [i, log] of ours().entries()) {
      const { msg, ...fields } = expected[i] as Record<string, string>;
      // In RFC 3164 a first space cannot be told from the one that the format puts there.
      expect(log).toMatchObject({ ...fields, msg: bare ? msg?.replace(/^ /, "") : msg });
    }
    const [first] = ours();
    if (format === "5424") {
      expect(first).toMatchObject({ time: seconds, timeNs: 54_068_000, msgid: "ID47", "protocol-version": "1" });
      expect(first).toMatchObject({ "x@1.k": 'a "b" ]', "y@1": "" });
    }
    if (bare) expect(first).toMatchObject({ time: seconds, msgid: "-", "protocol-version": "0" });
    if (format === "3164+") expect(first?.timeNs).toBe(54_068_000);
    expect(logs().filter((log) => "content" in log)).toEqual([]);
  });
});
