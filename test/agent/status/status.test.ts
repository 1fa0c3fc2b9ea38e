import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeStatus } from "../../../agent/status/describe-status";
import { eventLog } from "../../../agent/status/event-log";
import type { AgentEvent, Level } from "../../../agent/status/events";
import { readStatus, writeStatus, type AgentStatus } from "../../../agent/status/status-file";
import { summaryOf } from "../../../agent/status/summary";
import { Tally } from "../../../agent/status/tally";
import { Waits } from "../../../agent/status/waits";
import { temporaryFolder } from "../support/folder";

const now = (): Date => new Date("2026-11-21T09:00:00Z");
const sent: AgentEvent = { type: "BatchSent", project: "p", logstore: "l", lines: 3, bytes: 90, ms: 5, requestId: "R" };
const failed: AgentEvent = {
  type: "SendFailed",
  project: "p",
  logstore: "l",
  code: "ServerBusy",
  message: "busy",
  retryInMs: 9,
};

function printed(format: "json" | "text", level: Level, ...events: AgentEvent[]): string {
  let text = "";
  const emit = eventLog({ format, level, write: (line) => (text += line), now });
  for (const event of events) emit(event);
  return text;
}

describe("events", () => {
  it("are a JSON object a line for machines", () => {
    expect(printed("json", "info", failed)).toBe(
      '{"time":"2026-11-21T09:00:00.000Z","level":"warn","event":"SendFailed",' +
        '"message":"p/l: busy; nothing is lost, next try in 9 ms","project":"p","logstore":"l","code":"ServerBusy","retryInMs":9}\n',
    );
  });

  it("are a sentence a line for people", () => {
    expect(printed("text", "info", { type: "Listening", input: "syslog-tcp", address: "127.0.0.1", port: 11111 })).toBe(
      "2026-11-21T09:00:00.000Z info  syslog-tcp listening on 127.0.0.1 port 11111\n",
    );
  });

  it("of each batch are not printed unless asked for: rsyslog would forward them to the agent for ever", () => {
    expect(printed("text", "info", sent)).toBe("");
    expect(printed("text", "debug", sent)).toContain("3 line(s), 90 bytes sent to p/l in 5 ms, request R");
  });

  it("of lines that are set aside say what to do next", () => {
    const lines = {
      project: "p",
      logstore: "l",
      lines: 3,
      code: "PostBodyInvalid",
      message: "no",
      file: "/f",
    } as const;
    expect(printed("text", "error", { type: "LinesSetAside", ...lines })).toContain(
      "p/l: 3 line(s) refused for good and set aside in /f: no; mend the cause, then: sls-agent set-aside resend p/l\n",
    );
    expect(
      printed("text", "error", { type: "LinesDropped", project: "p", logstore: "l", lines: 3, reason: "setAsideFull" }),
    ).toMatch(/sls-agent set-aside list\), mend the cause, send them again \(resend\) or remove them\n$/);
    const ended = {
      type: "ResendEnded",
      project: "p",
      logstore: "l",
      sent: 3,
      refused: 0,
      damaged: 0,
      left: 0,
    } as const;
    expect(printed("text", "warn", ended)).toBe("");
    expect(printed("text", "warn", { ...ended, left: 2, why: "it was stopped" })).toContain(
      "p/l: of the lines set aside 3 are sent, 0 refused again, 0 damaged, 2 left (it was stopped)\n",
    );
  });

  it("are counted", () => {
    const tally = new Tally(now);
    for (const event of [sent, sent, failed]) tally.on(event);
    expect(tally).toMatchObject({ sentLines: 6, batches: 2, failedTries: 1, lastError: { message: "busy" } });
  });

  it("of waiting are told once for each reason", () => {
    const events: AgentEvent[] = [];
    const waits = new Waits((event) => events.push(event));
    waits.begin("x", "one");
    waits.begin("x", "one");
    waits.begin("x", "two");
    waits.end("x");
    waits.end("x");
    expect(events.map((e) => ("why" in e ? e.why : e.type))).toEqual(["one", "two", "WaitOver"]);
  });
});

const status: AgentStatus = {
  version: "1.0.0",
  pid: 42,
  state: "running",
  startedAt: "2026-11-21T09:00:00.000Z",
  updatedAt: "2026-11-21T09:00:00.000Z",
  endpoint: "cn-hangzhou.log.aliyuncs.com",
  projects: ["p"],
  machine: { userDefinedIds: ["logtail-id-dev"], addresses: ["192.168.0.9"] },
  configs: [{ project: "p", config: "c", logstore: "l", tag: "sys_tag", group: "g" }],
  inputs: [{ input: "syslog-tcp", state: "listening", address: "127.0.0.1", port: 11111, connections: 1 }],
  queues: [{ project: "p", logstore: "l", lines: 2, bytes: 400, sender: "backingOff" }],
  setAside: [],
  lines: {
    accepted: 10,
    sent: 8,
    setAside: 0,
    resent: 0,
    recovered: 0,
    filtered: { "sample/errors": 6 },
    keptOnDisk: 0,
    dropped: { bufferFull: 7, tooOld: 0 },
    unfit: { unknownTag: 1 },
  },
  buffer: { memoryBytes: 0 },
  rates: { accepted: 1.5, sent: 1, sentBytes: 20 },
  sent: { batches: 2, bytes: 900, failedTries: 1 },
  waitingFor: { "configs of project p": "busy" },
  lastError: { at: "2026-11-21T09:00:00.000Z", message: "busy" },
};

describe("the line for systemctl status", () => {
  it("names each input as it is reached", () => {
    const inputs: AgentStatus["inputs"] = [
      { input: "syslog-tcp", state: "listening", address: "127.0.0.1", port: 11111, connections: 1 },
      { input: "unix", state: "listening", address: "/run/log.sock", connections: 0 },
      { input: "exec", state: "waiting", address: "vmstat", connections: 0 },
    ];
    expect(summaryOf({ ...status, inputs, queues: [], waitingFor: {} })).toBe(
      "syslog-tcp 127.0.0.1:11111 listening, unix /run/log.sock listening, exec vmstat waiting; 1 config(s)",
    );
  });
});

describe("the status file", () => {
  it("gives back what was written", () => {
    const folder = temporaryFolder();
    writeStatus(folder, status);
    expect(readStatus(folder)).toEqual(status);
  });

  it("reads well", () => {
    expect(describeStatus(status, true)).toBe(`agent      1.0.0, pid 42, running, since 2026-11-21T09:00:00.000Z
service    cn-hangzhou.log.aliyuncs.com, projects p
machine    ids logtail-id-dev; addresses 192.168.0.9
config     p/c: tag sys_tag -> l (group g)
input      syslog-tcp 127.0.0.1:11111, listening, 1 connection(s)
queue      p/l: 2 line(s), 400 bytes, backingOff
lines      10 accepted, 0 read back, 8 sent, 0 set aside, 0 kept on disk
filtered   6 line(s) kept out by the filter of sample/errors
unfit      unknownTag 1
dropped    7 line(s), bufferFull
rates      1.5 lines/s accepted, 1 lines/s and 20 bytes/s sent, in the last minute
sent       2 batches, 900 bytes, 1 failed tries
waiting    for configs of project p: busy
last error 2026-11-21T09:00:00.000Z busy
`);
    expect(describeStatus(status, false)).toContain("pid 42, not running,");
    const setAside = [{ project: "p", logstore: "l", lines: 12, bytes: 3456 }];
    const found = describeStatus({ ...status, setAside, lines: { ...status.lines, resent: 5 } }, true);
    expect(found).toContain("set aside  p/l: 12 line(s), 3456 bytes; sls-agent set-aside list tells why\n");
    expect(found).toContain("0 kept on disk, 5 sent again\n");
    expect(summaryOf({ ...status, inputs: [], waitingFor: {}, setAside })).toBe(
      "no input open; 1 config(s); cannot send to p/l; 12 line(s) set aside; busy",
    );
  });

  it("of another version reads as far as it goes", () => {
    const { buffer, lines, rates, sent, ...older } = status;
    expect([buffer, lines, rates, sent]).not.toContain(undefined);
    const text = describeStatus({ ...older, inputs: undefined, later: { x: 1 } } as unknown as AgentStatus, true);
    expect(text).toContain("queue      p/l: 2 line(s), 400 bytes, backingOff\nlines      0 accepted,");
    expect(describeStatus({} as AgentStatus, false)).toMatch(
      /^agent {6}unknown, pid unknown, not running, since unknown\n/,
    );
  });

  it("that is missing is explained", () => {
    const folder = temporaryFolder();
    expect(() => readStatus(folder)).toThrow(
      `${folder}/status.json does not exist: no agent has run with this data folder; start one ` +
        `(systemctl start logtail) or give another with --data-dir`,
    );
    writeFileSync(join(folder, "status.json"), "{}");
    expect(readStatus(folder)).toEqual({});
  });
});
