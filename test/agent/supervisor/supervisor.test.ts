/** What systemd is told: by the rules, and by the real systemd-notify to a socket that Python reads. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AgentEvent } from "../../../agent/status/events";
import { notifierFromEnv, watchdogMs } from "../../../agent/supervisor/notify";
import { Supervised } from "../../../agent/supervisor/supervised";
import { Vitals, type Pulse } from "../../../agent/supervisor/vitals";
import { testWith, tool } from "../../support/tools";
import { builtAgent, spawnAgent } from "../support/bundle";
import { cloudBench, stopped } from "../support/cloud-bench";
import { temporaryFolder } from "../support/folder";
import { ManualWorld, until } from "../support/world";

const listening: AgentEvent = { type: "Listening", input: "syslog-tcp", address: "127.0.0.1", port: 1 };

function supervised(options: { watchdogMs?: number } = {}): {
  world: ManualWorld;
  told: string[];
  events: AgentEvent[];
  one: Supervised;
  say: (status: string) => void;
  be: (stuck: string | undefined) => void;
  fail: (message: string) => void;
} {
  const world = new ManualWorld();
  const told: string[] = [];
  const events: AgentEvent[] = [];
  let [status, stuck, failure] = ["s0", undefined as string | undefined, undefined as string | undefined];
  const one = new Supervised({
    ...options,
    notify: async (lines) => {
      if (failure !== undefined) throw new Error(failure);
      told.push(lines.join(" "));
    },
    stuck: () => stuck,
    describe: () => status,
    world,
    monotonicMicros: () => 77n,
    emit: (event) => events.push(event),
  });
  onTestFinished(() => one.close());
  return {
    world,
    told,
    events,
    one,
    say: (text) => (status = text),
    be: (why) => (stuck = why),
    fail: (message) => (failure = message),
  };
}

describe("a supervised agent", () => {
  it("is ready when the first input listens", async () => {
    const { world, told, one } = supervised();
    await world.pass(4_000);
    expect(told).toEqual(["STATUS=s0"]);
    one.on(listening);
    one.on(listening);
    await world.pass(60_000);
    expect(told).toEqual(["STATUS=s0", "READY=1"]);
  });

  it("is ready after five seconds without a config, too", async () => {
    const { world, told } = supervised();
    await world.pass(5_000);
    expect(told).toEqual(["STATUS=s0", "READY=1"]);
  });

  it("tells each second how far it is until it is ready", async () => {
    const { world, told, say } = supervised();
    for (let second = 1; second <= 4; second++) {
      say(`s${second}`);
      await world.pass(1_000);
    }
    say("s9");
    await world.pass(9_000);
    const told5 = ["STATUS=s0", "STATUS=s1", "STATUS=s2", "STATUS=s3", "STATUS=s4", "READY=1 STATUS=s9"];
    expect(told).toEqual(told5);
  });

  it("tells its state when it is another one, and nothing while it is the same", async () => {
    const { world, told, say } = supervised();
    await world.pass(100_000);
    const before = told.length;
    say("s1");
    await world.pass(100_000);
    expect(told.slice(before)).toEqual(["STATUS=s1"]);
  });

  it("beats at a third of the watchdog's time, not while it is stuck, and again when it is well", async () => {
    const { world, told, be, events } = supervised({ watchdogMs: 30_000 });
    await world.pass(29_999);
    const beats = (): number => told.filter((line) => line.includes("WATCHDOG=1")).length;
    expect(beats()).toBe(3);
    be("nothing moves");
    await world.pass(90_000);
    expect(beats()).toBe(3);
    expect(events).toEqual([{ type: "AgentStuck", why: "nothing moves" }]);
    be(undefined);
    await world.pass(10_000);
    expect(beats()).toBe(4);
  });

  it("tells of a reload and of its end, in order", async () => {
    const { world, told, one } = supervised();
    await world.pass(5_000);
    told.length = 0;
    one.reload(() => undefined);
    one.on({ type: "Draining", why: "SIGTERM", deadlineMs: 10_000 });
    await one.close();
    expect(told).toEqual([
      "RELOADING=1 MONOTONIC_USEC=77",
      "READY=1",
      "STOPPING=1 EXTEND_TIMEOUT_USEC=20000000 STATUS=stopping: sending what is left",
    ]);
  });

  it("reads settings again before it is ready, too, and is not ready by that", async () => {
    const { world, told, one } = supervised();
    let read = 0;
    one.reload(() => read++);
    await world.pass(1_000);
    expect([read, told]).toEqual([1, ["STATUS=s0"]]);
    await world.pass(4_000);
    expect(told).toEqual(["STATUS=s0", "READY=1"]);
  });

  it("says once that systemd cannot be told, and goes on trying", async () => {
    const { world, told, events, fail, say } = supervised({ watchdogMs: 3_000 });
    fail("no such socket");
    await world.pass(20_000);
    expect(events).toEqual([{ type: "SupervisorNotTold", message: "no such socket" }]);
    fail(undefined as unknown as string);
    say("s2");
    await world.pass(1_000);
    expect(told).toEqual(["WATCHDOG=1 STATUS=s2"]);
  });
});

describe("whether lines move", () => {
  const destination = { project: "p", logstore: "l" };
  const queue = (lines: number, sender = "sending"): Pulse["queues"] => [{ ...destination, lines, sender }];
  const open = [{ input: "syslog-tcp", state: "listening" }];
  const sent: AgentEvent = { type: "BatchSent", ...destination, lines: 1, bytes: 1, ms: 1, requestId: "R" };
  const failed: AgentEvent = { type: "SendFailed", ...destination, code: "C", message: "m", retryInMs: 1 };
  const watched = (): { vitals: Vitals; pass: (seconds: number) => void } => {
    let now = 0;
    const vitals = new Vitals({ timeoutMs: 30_000, clock: () => now });
    return { vitals, pass: (seconds) => void (now += seconds * 1000) };
  };

  it("an idle agent is well for ever", () => {
    const { vitals, pass } = watched();
    for (let hour = 0; hour < 24; hour++, pass(3600))
      expect(vitals.stuck({ queues: queue(0), inputs: open })).toBeUndefined();
  });

  it.each([
    ["sending", sent],
    ["failing, as while the service is away for days", failed],
  ])("an agent that is %s is well", (_, event) => {
    const { vitals, pass } = watched();
    for (let i = 0; i < 1000; i++, pass(89)) {
      vitals.on(event);
      expect(vitals.stuck({ queues: queue(5), inputs: open })).toBeUndefined();
    }
  });

  it("lines that nobody has touched for a time-out and the longest pauses mean stuck, and say so", () => {
    const { vitals, pass } = watched();
    vitals.on(sent);
    pass(3600);
    expect(vitals.stuck({ queues: queue(0), inputs: open })).toBeUndefined();
    expect(vitals.stuck({ queues: queue(5), inputs: open })).toBeUndefined();
    pass(150);
    expect(vitals.stuck({ queues: queue(5), inputs: open })).toBeUndefined();
    pass(1);
    expect(vitals.stuck({ queues: queue(5), inputs: open })).toBe("5 line(s) for p/l have not moved for 151 s");
    vitals.on(failed);
    expect(vitals.stuck({ queues: queue(5), inputs: open })).toBeUndefined();
  });

  it("one logstore that moves does not hide another that does not", () => {
    const { vitals, pass } = watched();
    const both = [...queue(1), { project: "p", logstore: "other", lines: 1, sender: "sending" }];
    for (let i = 0; i < 4; i++, pass(40)) {
      vitals.on(sent);
      expect(vitals.stuck({ queues: both, inputs: open })).toBeUndefined();
    }
    expect(vitals.stuck({ queues: both, inputs: open })).toBe("1 line(s) for p/other have not moved for 160 s");
  });

  it("lines that a config's maxSendRate holds back may stand still", () => {
    const { vitals, pass } = watched();
    for (let hour = 0; hour < 24; hour++, pass(3600))
      expect(vitals.stuck({ queues: queue(5, "limited"), inputs: open })).toBeUndefined();
    expect(vitals.stuck({ queues: queue(5), inputs: open })).toContain("have not moved");
  });

  it("a start that does not come on with reading back means stuck", () => {
    const { vitals, pass } = watched();
    const at = (segment: number): Pulse => {
      return { queues: [], inputs: [], state: "starting", readingBack: { ...destination, segment, segments: 9 } };
    };
    for (let segment = 1; segment < 9; segment++, pass(149)) expect(vitals.stuck(at(segment))).toBeUndefined();
    expect(vitals.stuck(at(9))).toBeUndefined();
    pass(151);
    expect(vitals.stuck(at(9))).toBe("the agent has been starting, reading back segment 9 of 9 of p/l for 151 s");
    expect(vitals.stuck({ queues: [], inputs: [], state: "running" })).toBeUndefined();
  });

  it("an input that is held with nothing to send means stuck", () => {
    const { vitals, pass } = watched();
    const held = [{ input: "syslog-tcp", state: "held" }];
    expect(vitals.stuck({ queues: queue(0), inputs: held })).toBeUndefined();
    pass(151);
    expect(vitals.stuck({ queues: queue(0), inputs: held })).toBe(
      "syslog-tcp has been held for 151 s with nothing left to send",
    );
  });
});

describe("systemd's watchdog", () => {
  it.each([
    [{}, undefined],
    [{ WATCHDOG_USEC: "30000000" }, 30_000],
    [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "42" }, 30_000],
    [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "41" }, undefined],
    [{ WATCHDOG_USEC: "soon" }, undefined],
  ])("%j is %s ms", (env, ms) => {
    expect(watchdogMs(env, 42)).toBe(ms);
  });
});

const testNotify = testWith("systemd-notify and python3", tool("systemd-notify") && tool("python3"));

/** A datagram socket as systemd has it, read by Python; every message as it came. */
async function receiver(address: string): Promise<{ messages: () => string[] }> {
  const program = [
    "import json, socket, sys",
    "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "a = sys.argv[1]",
    "s.bind('\\0' + a[1:] if a[0] == '@' else a)",
    "print('bound', flush=True)",
    "while True: print(json.dumps(s.recv(65536).decode()), flush=True)",
  ].join("\n");
  const child = spawn("python3", ["-c", program, address], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(child.stdout, "data");
  return {
    messages: () =>
      text
        .split("\n")
        .slice(1, -1)
        .map((line) => JSON.parse(line) as string)
        // systemd-notify's own: waits until what it said is read.
        .filter((message) => !message.startsWith("BARRIER=1")),
  };
}

describe("the socket of systemd", () => {
  testNotify("takes a message of several lines, by a path and by an abstract name", async () => {
    for (const address of [join(temporaryFolder(), "notify"), `@sls-agent-test-${process.pid}`]) {
      const { messages } = await receiver(address);
      const notify = notifierFromEnv({ NOTIFY_SOCKET: address, PATH: process.env["PATH"] });
      await notify?.(["READY=1", "STATUS=two\nlines: 中文"]);
      await until("a message", () => messages().length > 0);
      expect(messages()[0]?.trim()).toBe("READY=1\nSTATUS=two lines: 中文");
    }
  });

  it("is told once more when the child was ended by the signal that was meant for the agent", async () => {
    const folder = temporaryFolder();
    const [program, mark] = [join(folder, "systemd-notify"), join(folder, "mark")];
    writeFileSync(program, `#!/bin/sh\necho "$@" >> ${mark}\n[ $(wc -l < ${mark}) = 2 ] || kill -TERM $$\n`, {
      mode: 0o755,
    });
    const notify = notifierFromEnv({ NOTIFY_SOCKET: "/nowhere", PATH: `${folder}:/usr/bin:/bin` });
    await notify?.(["STOPPING=1"]);
    expect(readFileSync(mark, "utf8")).toBe("STOPPING=1\nSTOPPING=1\n");
    await expect(notify?.(["STOPPING=1"])).rejects.toThrow("Command failed");
  });

  testNotify("that is not there is told with the remedy", async () => {
    const notify = notifierFromEnv({ NOTIFY_SOCKET: join(temporaryFolder(), "none"), PATH: process.env["PATH"] });
    await expect(notify?.(["READY=1"])).rejects.toThrow(/; the unit then needs Type=exec and no WatchdogSec$/);
    expect(notifierFromEnv({})).toBeUndefined();
  });
});

describe("the bundled agent under systemd's eyes", () => {
  const agent = builtAgent();

  testNotify("is ready, beats, reloads and stops", async () => {
    const b = await cloudBench();
    const address = join(temporaryFolder(), "notify");
    const { messages } = await receiver(address);
    const running = spawnAgent(agent.path(), ["run", ...b.args("http://cn-hangzhou.log.aliyuncs.com")], {
      ...b.cloud.env(),
      NOTIFY_SOCKET: address,
      WATCHDOG_USEC: "600000",
    });
    const seen = (pattern: RegExp): boolean => messages().some((message) => pattern.test(message));
    await until("READY", () => seen(/^READY=1/m));
    await until("the input in the status", () =>
      seen(/^STATUS=syslog-tcp 127\.0\.0\.1:\d+ listening; 1 config\(s\)$/m),
    );
    await until("beats", () => messages().filter((message) => message.includes("WATCHDOG=1")).length >= 3);
    running.process.kill("SIGHUP");
    await until("RELOADING", () => seen(/^RELOADING=1\nMONOTONIC_USEC=\d+$/m));
    await stopped(running);
    await until("STOPPING", () => seen(/^STOPPING=1/m));
    const order = messages().flatMap((message) => /^(READY|RELOADING|STOPPING)=1/.exec(message)?.[1] ?? []);
    expect(order).toEqual(["READY", "RELOADING", "READY", "STOPPING"]);
  });
});
