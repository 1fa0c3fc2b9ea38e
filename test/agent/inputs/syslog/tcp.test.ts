import { spawnSync } from "node:child_process";
import * as net from "node:net";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Origin } from "../../../../agent/inputs/intake";
import { SyslogTcpInput } from "../../../../agent/inputs/syslog/tcp";
import type { AgentEvent } from "../../../../agent/status/events";
import { Waits } from "../../../../agent/status/waits";
import { realWorld, type World } from "../../../../agent/world";
import { until } from "../../support/world";

interface Taken {
  readonly line: string;
  readonly continuation: boolean;
  readonly origin: Origin;
}

function open(
  port = 0,
  maxLineBytes = 1024,
  maxConnections = 512,
  world: World = realWorld,
): { input: SyslogTcpInput; taken: Taken[]; events: AgentEvent[]; lines: () => string[] } {
  const taken: Taken[] = [];
  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const input = new SyslogTcpInput({
    place: { host: "127.0.0.1", port, setting: "syslog.port, --port" },
    maxLineBytes,
    maxConnections,
    idleMs: 60_000,
    accept: (line, origin, continuation) => taken.push({ line: line.toString(), origin, continuation }),
    world,
    emit,
    waits: new Waits(emit),
  });
  onTestFinished(() => input.close());
  return { input, taken, events, lines: () => taken.map(({ line }) => line) };
}

async function connect(input: SyslogTcpInput): Promise<net.Socket> {
  await until("the input listens", () => input.state !== "waiting");
  const socket = net.connect(input.port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** How a connection fares: refused, or taken (and ended again). */
function tryConnect(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.destroy());
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.on("close", () => resolve("taken"));
  });
}

/** A program that connects once for each line, sends it, and ends without waiting for anyone. */
const waitingPeers = `
const [port, ...lines] = process.argv.slice(1);
let left = lines.length;
for (const line of lines) {
  const socket = require("node:net").connect(port, "127.0.0.1", () => socket.write(line + "\\n", () => {
    if (--left === 0) { process.stdout.write(lines.length + " sent"); process.exit(0); }
  }));
}`;

describe("the syslog input over TCP", () => {
  it("takes lines from many connections at once, each framed by itself", async () => {
    const { input, lines } = open();
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connect(input)));
    for (const part of ["be", "gin ", "and end\n"]) for (const socket of sockets) socket.write(part);
    await until("20 lines", () => lines().length === 20);
    expect(new Set(lines())).toEqual(new Set(["begin and end"]));
  });

  it("knows the peer's address", async () => {
    const { input, taken } = open();
    (await connect(input)).write("x\n");
    await until("a line", () => taken.length === 1);
    expect(taken[0]?.origin.address).toBe("127.0.0.1");
  });

  it("keeps a last line without a line end when the peer goes", async () => {
    const { input, lines } = open();
    (await connect(input)).end("one\ntwo");
    await until("two lines", () => lines().length === 2);
    expect(lines()).toEqual(["one", "two"]);
  });

  it("cuts a line that is too long, and loses nothing of it", async () => {
    const { input, taken } = open(0, 1024);
    (await connect(input)).write(`${"x".repeat(2500)}\nnext\n`);
    await until("four lines", () => taken.length === 4);
    expect(taken.map(({ line, continuation }) => [line.length, continuation])).toEqual([
      [1024, false],
      [1024, true],
      [452, true],
      [4, false],
    ]);
  });

  it("pushes back while it is held, and loses nothing", async () => {
    const { input, lines } = open();
    const socket = await connect(input);
    socket.write("first\n");
    await until("the first line", () => lines().length === 1);
    input.setHeld(true);
    const text = `${"y".repeat(1000)}\n`;
    let written = 0;
    // Until the kernel takes no more: the push has arrived at the peer.
    while (written < 100_000 && socket.writableLength < 1024 * 1024) {
      socket.write(text);
      written++;
      if (written % 100 === 0) await new Promise(setImmediate);
    }
    expect(socket.writableLength).toBeGreaterThan(0);
    expect(lines().length).toBeLessThan(written / 2);
    input.setHeld(false);
    await until("all lines", () => lines().length === written + 1);
  });

  it("refuses new connections when it is held for long, so that peers keep their lines, and takes them again after", async () => {
    const { input, lines, events } = open();
    const early = await connect(input);
    input.setHeld(true);
    const { port } = input;
    await until("the port is closed", async () => (await tryConnect(port)) === "ECONNREFUSED");
    early.write("early\n");
    input.setHeld(false);
    await until("the port is open again", async () => (await tryConnect(port)) === "taken");
    (await connect(input)).write("late\n");
    await until("both lines", () => lines().length === 2);
    expect(new Set(lines())).toEqual(new Set(["early", "late"]));
    expect(events.filter(({ type }) => type === "Listening")).toHaveLength(1);
  });

  it("refuses connections above its limit, and takes them again when there is room", async () => {
    const { input, lines } = open(0, 1024, 4);
    const sockets = await Promise.all([1, 2, 3, 4].map(() => connect(input)));
    const { port } = input;
    await until("the port is closed", async () => (await tryConnect(port)) === "ECONNREFUSED");
    for (const [i, socket] of sockets.entries()) socket.end(`${i}\n`);
    await until("the port is open again", async () => (await tryConnect(port)) === "taken");
    expect(lines().sort()).toEqual(["0", "1", "2", "3"]);
  });

  it("ends connections that bring nothing before they keep others out, keeps half a line of theirs, and those that are busy", async () => {
    let now = 0;
    let wake = (): void => undefined;
    const pass = (ms: number): void => {
      now += ms;
      wake();
    };
    // What is longer than ten seconds is waited for by those that are idle only.
    const sleep: World["sleep"] = (ms, signal) => {
      if (ms < 10_000) return realWorld.sleep(ms, signal);
      return new Promise((resolve) => {
        wake = resolve;
        signal?.addEventListener("abort", () => resolve());
      });
    };
    const { input, lines, events } = open(0, 1024, 4, { ...realWorld, monotonic: () => now, sleep });
    const busy = await connect(input);
    const idle = await Promise.all([1, 2, 3].map(() => connect(input)));
    const { port } = input;
    await until("the port is closed", async () => (await tryConnect(port)) === "ECONNREFUSED");
    idle[0]?.write("half a line");
    const ended = idle.map((socket) => once(socket.resume(), "close"));
    pass(30_000);
    busy.write("busy\n");
    await until("it has brought something", () => lines().includes("busy"));
    pass(30_000);
    await until("the port is open again", async () => (await tryConnect(port)) === "taken");
    await Promise.race(ended);
    expect(busy.destroyed).toBe(false);
    // Others come for as long as idle ones go.
    for (let n = 0; n < 8; n++) await until("there is room", async () => (await tryConnect(port)) === "taken");
    idle[0]?.destroy();
    await until("half a line is kept", () => lines().includes("half a line"));
    await input.close();
    const told = events.flatMap((event) => (event.type === "IdleConnectionsEnded" ? [event.connections] : []));
    expect(told.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0);
  });

  it("at its close takes connections that wait at the door, with what they brought", async () => {
    const { input, lines } = open();
    await until("the input listens", () => input.state === "listening");
    const sent = Array.from({ length: 50 }, (_, i) => `line ${i}`);
    const peers = spawnSync(process.execPath, ["-e", waitingPeers, String(input.port), ...sent], { encoding: "utf8" });
    // While that ran, nobody here accepted: all of them wait in the kernel.
    expect(peers.stdout).toBe("50 sent");
    await input.close();
    expect(lines().sort()).toEqual([...sent].sort());
  });

  it("at its close reads what has come already, then lets the peer go", async () => {
    const { input, lines } = open();
    const socket = await connect(input);
    input.setHeld(true);
    const sent = Array.from({ length: 2000 }, (_, i) => `line ${i}`);
    socket.write(`${sent.join("\n")}\nwithout an end`);
    await until("everything is written", () => socket.writableLength === 0);
    await input.close();
    expect(lines()).toEqual([...sent, "without an end"]);
    expect(input.state).toBe("closed");
    await until("the peer sees the end", () => socket.destroyed || socket.readableEnded || !socket.writable);
  });

  it("says that the port is in use, waits for it, and takes it when it is free", async () => {
    const holder = net.createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as net.AddressInfo;
    const { input, events } = open(port);
    await until("the input waits", () => events.length > 0);
    expect(events).toEqual([
      {
        type: "WaitingFor",
        what: `TCP port ${port} on 127.0.0.1`,
        why:
          `another program listens there; find it with "ss -ltnp sport = :${port}" and stop it (Logtail uses this port too), ` +
          `or give another port (syslog.port, --port) here and in rsyslog's forwarder; trying again every second`,
      },
    ]);
    holder.close();
    await until("the input listens", () => input.state === "listening");
    expect(events.map(({ type }) => type)).toEqual(["WaitingFor", "WaitOver", "Listening"]);
  });

  it("can be closed while it waits for its port", async () => {
    const holder = net.createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    onTestFinished(() => void holder.close());
    const { input, events } = open((holder.address() as net.AddressInfo).port);
    await until("the input waits", () => events.length > 0);
    await input.close();
    expect(events.map(({ type }) => type)).toEqual(["WaitingFor", "WaitOver"]);
  });
});
