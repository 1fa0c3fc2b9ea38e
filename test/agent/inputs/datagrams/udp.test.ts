import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { kernelDrops } from "../../../../agent/inputs/datagrams/kernel-drops";
import { UdpInput } from "../../../../agent/inputs/datagrams/udp";
import { linesOf } from "../../support/lines";
import { until } from "../../support/world";

function open(port = 0, host = "127.0.0.1") {
  const taken = linesOf();
  const input = new UdpInput({ ...taken.common, host, port });
  onTestFinished(() => input.close());
  return { ...taken, input };
}

async function sender(
  input: UdpInput,
  host = "127.0.0.1",
): Promise<(...datagrams: (string | Buffer)[]) => Promise<void>> {
  await until("the input listens", () => input.state === "listening");
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  onTestFinished(() => void socket.close());
  return async (...datagrams) => {
    for (const datagram of datagrams) {
      await new Promise((resolve) => socket.send(datagram, input.status.port ?? 0, host, resolve));
    }
  };
}

describe("the UDP input", () => {
  it("takes a line a datagram, without the LF or NUL at its end, and knows who sent it", async () => {
    const { input, lines, sources } = open();
    const send = await sender(input);
    await send("one", "two\n", "three\0", "four\nfive\n\n", "", Buffer.from([0xc4, 0xe3]));
    await until("all lines", () => lines.length === 6);
    expect(lines).toEqual(["one", "two", "three", "four\nfive\n", "", "\xc4\xe3"]);
    expect(new Set(sources)).toEqual(new Set(["127.0.0.1"]));
  });

  it("takes what util-linux's logger sends, over IPv6 too", async () => {
    const { input, lines, sources } = open(0, "::1");
    await until("the input listens", () => input.state === "listening");
    const args = [
      "--server",
      "::1",
      "--port",
      String(input.status.port),
      "--udp",
      "--rfc5424=notq",
      "-t",
      "app",
      "hello",
    ];
    expect(spawnSync("logger", args).status).toBe(0);
    await until("a line", () => lines.length === 1);
    expect(lines[0]).toMatch(/^<13>1 \S+ \S+ app - - - hello$/);
    expect(sources).toEqual(["::1"]);
  });

  it("cuts a datagram that is too long", async () => {
    const { input, lines } = open();
    const send = await sender(input);
    await send("x".repeat(2500));
    await until("three pieces", () => lines.length === 3);
    expect(lines.map((line) => line.length)).toEqual([1024, 1025, 453]);
  });

  it("keeps 8 MiB while it is held, drops what comes after that, and says how many", async () => {
    const { input, lines, events } = open();
    const send = await sender(input);
    input.setHeld(true);
    const size = 60_000;
    const count = 200;
    // In small portions: the kernel must not be the one that drops.
    for (let i = 0; i < count; i++) {
      await send(Buffer.alloc(size, "z"));
      await new Promise(setImmediate);
    }
    await until("some are dropped", () => events.some(({ type }) => type === "DatagramsDropped"));
    expect(lines).toEqual([]);
    input.setHeld(false);
    await input.close();
    const kept = lines.filter((line) => !line.startsWith("…")).length;
    const dropped = events.reduce((sum, event) => sum + (event.type === "DatagramsDropped" ? event.datagrams : 0), 0);
    expect(kept).toBe(Math.floor((8 * 1024 * 1024) / (size + 512)));
    expect(kept + dropped).toBe(count);
  });

  it("tells what the kernel dropped while nobody looked", async () => {
    const { input, lines, events } = open();
    await until("the input listens", () => input.state === "listening");
    const flood = `const s = require("node:dgram").createSocket("udp4"); let left = 4000;
      const next = () => left-- > 0 ? s.send(Buffer.alloc(60000), ${input.status.port}, "127.0.0.1", next) : s.close(); next();`;
    // Blocks this process, and with it the input.
    expect(spawnSync(process.execPath, ["-e", flood]).status).toBe(0);
    await input.close();
    const taken = lines.filter((line) => !line.startsWith("…")).length;
    const drops = events.flatMap((event) => (event.type === "DatagramsDropped" ? [event] : []));
    expect(new Set(drops.map(({ by }) => by))).toEqual(new Set(["kernel"]));
    expect(taken + drops.reduce((sum, { datagrams }) => sum + datagrams, 0)).toBe(4000);
  });

  it("waits for its port, and takes it when it is free", async () => {
    const holder = createSocket("udp4").bind(0, "127.0.0.1");
    await once(holder, "listening");
    const { input, events } = open(holder.address().port);
    await until("it waits", () => events.length > 0);
    expect(events[0]).toMatchObject({
      type: "WaitingFor",
      why: expect.stringMatching(/^another program listens there; find it with "ss -lunp sport = :\d+" and stop it/),
    });
    holder.close();
    await until("it listens", () => input.state === "listening");
    expect(events.map(({ type }) => type)).toEqual(["WaitingFor", "WaitOver", "Listening"]);
  });
});

describe("the kernel's count of drops", () => {
  it("is read of the port's row", () => {
    const table = [
      "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops",
      " 1234: 0100007F:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 11 2 0000000000000000 42  ",
      " 1235: 0100007F:0203 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12 2 0000000000000000 7",
      "",
    ].join("\n");
    expect([kernelDrops(table, 514), kernelDrops(table, 515), kernelDrops(table, 516)]).toEqual([42, 7, 0]);
  });
});
