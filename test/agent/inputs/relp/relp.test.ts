/** The RELP input as a client sees it, byte by byte. */
import { once } from "node:events";
import * as net from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { RelpInput } from "../../../../agent/inputs/relp/relp";
import { relpFrame } from "../../../../agent/inputs/relp/frame";
import type { AgentEvent } from "../../../../agent/status/events";
import { Waits } from "../../../../agent/status/waits";
import { realWorld } from "../../../../agent/world";
import { until } from "../../support/world";

const offers = "relp_version=0\nrelp_software=librelp,1.11.0,http://librelp.adiscon.com\ncommands=syslog";
const opened = "1 rsp 67 200 OK\nrelp_version=0\nrelp_software=sls-agent,VERSION\ncommands=syslog\n";

function open(committed: () => Promise<void> = () => Promise.resolve(), maxLineBytes = 1024, world = realWorld) {
  const lines: string[] = [];
  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const input = new RelpInput({
    place: { host: "127.0.0.1", port: 0, setting: "relp.port" },
    maxLineBytes,
    accept: (line, _, continuation) => lines.push((continuation ? "…" : "") + line.toString("latin1")),
    committed,
    world,
    emit,
    waits: new Waits(emit),
  });
  onTestFinished(() => input.close());
  return { input, lines, events };
}

/** A client that says hello. `got` is what it was sent after that. */
async function connect(input: RelpInput, hello = relpFrame(1, "open", offers)) {
  await until("the input listens", () => input.state === "listening");
  const socket = net.connect(input.port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  let all = "";
  socket.on("data", (chunk: Buffer) => (all += chunk.toString("latin1")));
  const ended = once(socket, "close");
  await once(socket, "connect");
  socket.write(hello);
  if (hello !== "") await until("the session is open", () => all.endsWith("commands=syslog\n"));
  const greeting = all;
  all = "";
  return { socket, greeting, ended, got: () => all };
}

const syslog = (txnr: number, data: string): string => relpFrame(txnr, "syslog", data);
const ok = (...txnrs: number[]): string => txnrs.map((txnr) => `${txnr} rsp 6 200 OK\n`).join("");
const bye = "0 serverclose 0\n";

describe("the RELP input", () => {
  it("opens a session, answers each frame, and ends when it is told to", async () => {
    const { input, lines } = open();
    const { socket, greeting, got, ended } = await connect(input);
    expect(greeting.replace(/sls-agent,[^\n]*/, "sls-agent,VERSION").replace(/rsp \d+/, "rsp 67")).toBe(opened);
    socket.write(syslog(2, "one\n") + syslog(3, "two\nlines\n") + syslog(4, "") + relpFrame(5, "close"));
    await ended;
    expect(got()).toBe(ok(2, 3, 4, 5) + bye);
    expect(lines).toEqual(["one", "two\nlines", ""]);
  });

  it("answers a frame only when its line is safe, and many with one wait", async () => {
    const waits: (() => void)[] = [];
    const { input, lines } = open(() => new Promise((resolve) => waits.push(resolve)));
    const { socket, got } = await connect(input, "").then(async (client) => {
      client.socket.write(relpFrame(1, "open", offers));
      await until("the answer waits", () => waits.length === 1);
      waits[0]?.();
      await until("it is open", () => client.got().endsWith("syslog\n"));
      return client;
    });
    const before = got();
    socket.write(syslog(2, "a"));
    await until("the commit is asked for", () => waits.length === 2);
    socket.write(syslog(3, "b") + syslog(4, "c"));
    await until("the lines are taken", () => lines.length === 3);
    expect(got()).toBe(before);
    waits[1]?.();
    await until("the first is answered", () => got() === before + ok(2));
    await until("one more commit is asked for", () => waits.length === 3);
    waits[2]?.();
    await until("both others are answered", () => got() === before + ok(2, 3, 4));
    expect(waits).toHaveLength(3);
  });

  it("never answers a line that could not be made safe, and ends the connection", async () => {
    let works = true;
    const { input, events } = open(() => (works ? Promise.resolve() : Promise.reject(new Error("the disk is full"))));
    const { socket, got, ended } = await connect(input);
    works = false;
    socket.write(syslog(2, "a"));
    await ended;
    expect(got()).toBe("");
    expect(events.find(({ type }) => type === "PeerCutOff")).toMatchObject({
      sample: expect.stringMatching(/could not be made safe \(the disk is full\); it will send them again$/),
    });
  });

  it("answers what it took before bytes that are no RELP, then ends the connection and says why", async () => {
    const { input, lines, events } = open();
    const { socket, got, ended } = await connect(input);
    socket.write(`${syslog(2, "good")}GET / HTTP/1.1\n\n`);
    await ended;
    expect(got()).toBe(ok(2) + bye);
    expect(lines).toEqual(["good"]);
    expect(events.find(({ type }) => type === "PeerCutOff")).toMatchObject({
      input: "relp",
      times: 1,
      sample: expect.stringMatching(/^127\.0\.0\.1:\d+: no RELP header: "GET \/ HTTP\/1\.1"$/),
    });
  });

  it("refuses what it does not know with an error, and goes on", async () => {
    const { input, lines } = open();
    const { socket, got } = await connect(input);
    socket.write(relpFrame(2, "starttls") + relpFrame(0, "hint") + relpFrame(3, "open", offers) + syslog(4, "x"));
    const refused =
      relpFrame(2, "rsp", "500 unknown command starttls") + relpFrame(3, "rsp", "500 the session is open already");
    await until("all are answered", () => got() === refused + ok(4));
    expect(lines).toEqual(["x"]);
  });

  it.each([
    ["commands=syslog", "500 relp_version is missing, 0 or 1 is taken"],
    ["relp_version=1\ncommands=eventlog", "500 commands does not offer syslog, the only one that is taken"],
  ])("refuses the offers %j", async (data, answer) => {
    const { input } = open();
    const { socket, got } = await connect(input, "");
    socket.write(relpFrame(1, "open", data));
    await until("it is refused", () => got() === relpFrame(1, "rsp", answer));
  });

  it("takes no line before the session is open", async () => {
    const { input, lines } = open();
    const { socket, got, ended } = await connect(input, "");
    socket.write(syslog(1, "early"));
    await ended;
    expect([got(), lines]).toEqual([bye, []]);
  });

  it("takes a frame longer than a line may be in pieces, and answers it once", async () => {
    const { input, lines } = open(undefined, 1024);
    const { socket, got } = await connect(input);
    socket.write(syslog(2, `${"x".repeat(2500)}\n`) + syslog(3, "next"));
    await until("both are answered", () => got() === ok(2, 3));
    expect(lines.map((line) => line.length)).toEqual([1024, 1025, 453, 4]);
  });

  it("takes a frame of 999,999,999 bytes without keeping it in memory", async () => {
    const { input, lines } = open(undefined, 1024);
    const { socket } = await connect(input);
    socket.write("2 syslog 999999999 ");
    for (let i = 0; i < 8; i++) socket.write(Buffer.alloc(1024 * 1024, "y"));
    await until("pieces come out", () => lines.length > 8000);
    expect(lines.every((line) => /^…?y{1024}$/.test(line))).toBe(true);
  });

  it("reads nothing while it is held, and goes on after", async () => {
    const { input, lines } = open();
    const { socket, got } = await connect(input);
    input.setHeld(true);
    const frames = Array.from({ length: 4000 }, (_, i) => syslog(i + 2, "z".repeat(1000)));
    for (const frame of frames) socket.write(frame);
    await until("the push has arrived", () => socket.writableLength > 0);
    expect(lines.length).toBeLessThan(4000);
    input.setHeld(false);
    await until("all are answered", () => got() === ok(...frames.map((_, i) => i + 2)));
  });

  it("at its close answers what it took, says good bye, and takes nothing more", async () => {
    const waits: (() => void)[] = [];
    let hold = false;
    const { input, lines } = open(() => (hold ? new Promise((resolve) => waits.push(resolve)) : Promise.resolve()));
    const { socket, got, ended } = await connect(input);
    hold = true;
    socket.write(syslog(2, "taken"));
    await until("it is taken", () => waits.length === 1);
    const closed = input.close();
    // Still open to the input, which must not take what it will not answer.
    await until("the door is shut", () => input.state === "closed");
    await new Promise((resolve) => setImmediate(resolve));
    waits[0]?.();
    await until("the end is told", () => got() === ok(2) + bye);
    socket.write(syslog(3, "too late"));
    await Promise.all([closed, ended]);
    expect(lines).toEqual(["taken"]);
    expect(got()).toBe(ok(2) + bye);
  });

  it("ends even when nothing can be made safe any more, and answers nothing then", async () => {
    let works = true;
    const { input, lines } = open(() => (works ? Promise.resolve() : new Promise(() => undefined)));
    const { socket, got, ended } = await connect(input);
    works = false;
    socket.write(syslog(2, "never safe"));
    await until("it is taken", () => lines.length === 1);
    await Promise.all([input.close(), ended]);
    expect(got()).toBe("");
  });

  it("keeps nothing of a frame whose end did not come: the client sends it again", async () => {
    const { input, lines, events } = open();
    const { socket } = await connect(input);
    socket.end(syslog(2, "whole") + syslog(3, "half").slice(0, -3));
    await until("the connection is over", () => events.some(({ type }) => type === "ConnectionClosed"));
    expect(lines).toEqual(["whole"]);
  });
});

describe("what comes again at the RELP input", () => {
  /** A client that has sent these lines, and whose connection was cut before they were answered. */
  async function cutOff(lines: readonly string[], world = realWorld) {
    const commits: (() => void)[] = [];
    let stuck = false;
    const bench = open(
      () => (stuck ? new Promise((resolve) => commits.push(resolve)) : Promise.resolve()),
      1024,
      world,
    );
    const { socket } = await connect(bench.input);
    stuck = true;
    socket.write(lines.map((line, i) => syslog(i + 2, line)).join(""));
    await until("they are taken", () => bench.lines.length === lines.length);
    socket.resetAndDestroy();
    await until("the connection is over", () => bench.events.some(({ type }) => type === "ConnectionClosed"));
    stuck = false;
    commits.forEach((done) => done());
    return { ...bench, ...(await connect(bench.input)) };
  }

  it("is answered and not taken again, and what follows is", async () => {
    const { lines, events, socket, got } = await cutOff(["a", "b"]);
    socket.write(syslog(2, "a\n"));
    socket.write(syslog(3, "b") + syslog(4, "c"));
    await until("all are answered", () => got() === ok(2, 3, 4));
    expect(lines).toEqual(["a", "b", "c"]);
    const [known, ...more] = events.filter(({ type }) => type === "LinesKnown");
    expect([known, more]).toEqual([{ type: "LinesKnown", input: "relp", peer: expect.any(String), lines: 2 }, []]);
  });

  it("is taken with what follows when it goes on otherwise", async () => {
    const { lines, socket, got } = await cutOff(["a", "b", "c"]);
    socket.write(syslog(2, "a") + syslog(3, "b"));
    socket.write(`${syslog(4, `x${"y".repeat(1500)}`)}${syslog(5, "c")}`);
    await until("all are answered", () => got() === ok(2, 3, 4, 5));
    expect(lines.slice(3).map((line) => line.slice(0, 2))).toEqual(["a", "b", "xy", "…y", "c"]);
  });

  it("is taken when nothing follows for a second, or the client ends", async () => {
    const hasty = { ...realWorld, sleep: (ms: number, signal?: AbortSignal) => realWorld.sleep(ms / 20, signal) };
    const quiet = await cutOff(["a", "b"], hasty);
    quiet.socket.write(syslog(2, "a"));
    await until("it is answered", () => quiet.got() === ok(2));
    expect(quiet.lines).toEqual(["a", "b", "a"]);
    const ended = await cutOff(["a", "b"]);
    ended.socket.end(syslog(2, "a"));
    await ended.ended;
    expect([ended.lines, ended.got()]).toEqual([["a", "b", "a"], ok(2) + bye]);
  });

  it("waits while the input is held back: what is missing cannot come then", async () => {
    const slept: number[] = [];
    let secondMs = 10;
    const world = {
      ...realWorld,
      sleep: (ms: number, signal?: AbortSignal) => {
        slept.push(ms);
        return realWorld.sleep(ms === 1_000 ? secondMs : ms, signal);
      },
    };
    const { input, lines, socket, got } = await cutOff(["a", "b"], world);
    socket.write(syslog(2, "a"));
    await until("it is held", () => slept.includes(1_000));
    input.setHeld(true);
    const before = slept.length;
    await until("seconds go by", () => slept.length > before + 5);
    expect([lines, got()]).toEqual([["a", "b"], ""]);
    // From here on a second has no end, so that a busy machine does not let it go by.
    secondMs = 600_000;
    const long = slept.length;
    await until("the endless second has begun", () => slept.length > long);
    socket.write(syslog(3, "b"));
    input.setHeld(false);
    await until("both are answered", () => got() === ok(2, 3));
    expect(lines).toEqual(["a", "b"]);
  });
});
