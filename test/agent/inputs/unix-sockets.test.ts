import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { SyslogTcpInput } from "../../../agent/inputs/syslog/tcp";
import { UnixgramInput } from "../../../agent/inputs/datagrams/unixgram";
import { temporaryFolder } from "../support/folder";
import { linesOf } from "../support/lines";
import { until } from "../support/world";

function openStream(path = join(temporaryFolder(), "log.sock")) {
  const taken = linesOf();
  const input = new SyslogTcpInput({ ...taken.common, name: "unix", place: { path, setting: "inputs" } });
  onTestFinished(() => input.close());
  return { ...taken, input, path };
}
function openDatagram(path = join(temporaryFolder(), "log.dgram"), perl = "perl") {
  const taken = linesOf();
  const input = new UnixgramInput({ ...taken.common, path, perl });
  onTestFinished(() => input.close());
  return { ...taken, input, path };
}
/** Messages of util-linux's logger, each by a write of its own. */
const logger = (path: string, ...texts: string[]): void => {
  const input = texts.map((text) => `${text}\n`).join("");
  execFileSync("logger", ["-u", path, "-t", "app"], { input });
};
const listening = (input: { readonly state: string }): Promise<void> =>
  until("the input listens", () => input.state === "listening");

describe("the unix stream input", () => {
  it("takes lines from any user's program, and removes its socket at the end", async () => {
    const { input, lines, sources, path } = openStream();
    await listening(input);
    // Node 20 makes it executable too, which means nothing.
    expect(statSync(path).mode & 0o666).toBe(0o666);
    const socket = net.connect(path);
    await once(socket, "connect");
    socket.end("one\ntwo");
    await until("both lines", () => lines.length === 2);
    expect([lines, sources[0]]).toEqual([["one", "two"], "127.0.0.1"]);
    expect(input.status).toMatchObject({ input: "unix", address: path });
    await input.close();
    expect(existsSync(path)).toBe(false);
  });

  it("takes the place of a socket that a killed program left, but not of one in use, nor of a file", async () => {
    const path = join(temporaryFolder(), "log.sock");
    const leave = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    expect(spawnSync(process.execPath, ["-e", leave]).signal).toBe("SIGKILL");
    expect(existsSync(path)).toBe(true);
    const first = openStream(path);
    await listening(first.input);

    const second = openStream(path);
    await until("it waits", () => second.events.length > 0);
    expect(second.events[0]).toMatchObject({ why: expect.stringMatching(/^another program listens there/) });

    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "precious");
    const third = openStream(file);
    await until("it waits", () => third.events.length > 0);
    expect(statSync(file).size).toBe(8);
  });
});

describe("the unix datagram input", () => {
  it("tries again where its reader cannot be started at all", async () => {
    const { input, events } = openDatagram(`/${"x".repeat(200_000)}`);
    await until("it waits", () => events.length > 0);
    expect(events[0]).toMatchObject({ why: "its reader cannot be started: spawn E2BIG; trying again every second" });
    expect(input.state).toBe("waiting");
  });

  it("takes what logger and syslog(3) write, a line a datagram", async () => {
    const { input, lines, path } = openDatagram();
    await listening(input);
    logger(path, "one", "two");
    execFileSync("perl", [
      "-MSocket",
      "-e",
      `socket(S,AF_UNIX,SOCK_DGRAM,0);connect(S,pack_sockaddr_un("${path}"));send(S,"a\\nb\\0",0);send(S,"x" x 2500,0)`,
    ]);
    await until("all lines", () => lines.length === 6);
    expect(lines[0]).toMatch(/^<13>\w{3} [ \d]\d \d\d:\d\d:\d\d app: one$/);
    expect(lines.slice(2).map((line) => line.length)).toEqual([3, 1024, 1025, 453]);
    expect(lines[2]).toBe("a\nb");
  });

  it("loses nothing of a flood, while it is held neither", async () => {
    const { input, lines, path } = openDatagram();
    await listening(input);
    input.setHeld(true);
    const texts = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
    const writer = spawn("logger", ["-u", path, "-t", "app"], { stdio: ["pipe", "ignore", "ignore"] });
    writer.stdin.on("error", () => undefined);
    writer.stdin.end(texts.map((text) => `${text}\n`).join(""));
    const written = once(writer, "exit");
    await until("it is held", () => input.state === "held");
    input.setHeld(false);
    await written;
    await until("all lines", () => lines.length === texts.length);
    expect(lines.map((line) => line.replace(/^.*app: /, ""))).toEqual(texts);
  });

  it("at its end reads what waits in the socket, and removes it", async () => {
    const { input, lines, path } = openDatagram();
    await listening(input);
    input.setHeld(true);
    logger(path, ...Array.from({ length: 100 }, (_, i) => `line ${i}`));
    await input.close();
    expect(lines).toHaveLength(100);
    expect(existsSync(path)).toBe(false);
  });

  it("says what is wrong, and tries again", async () => {
    const first = openDatagram();
    await listening(first.input);
    const second = openDatagram(first.path);
    await until("it waits", () => second.events.length > 0);
    expect(second.events[0]).toMatchObject({ why: "bind: another program listens there; trying again every second" });
    await first.input.close();
    await listening(second.input);
  });

  it("says that it needs perl where there is none", async () => {
    const { events } = openDatagram(undefined, "no-such-perl");
    await until("it waits", () => events.length > 0);
    expect(events[0]).toMatchObject({ why: expect.stringMatching(/^perl is needed to read it; install perl-base/) });
  });
});
