/** Real rsyslog's omrelp into the RELP input: what is lost and what is doubled when things go wrong. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { chance } from "../../support/chance";
import { cuttingProxy } from "../../support/cutting-proxy";
import { temporaryFolder } from "../../support/folder";
import { reachable, skipWithoutOmrelp, startRsyslog } from "../../support/rsyslog";
import { freePort } from "../../../support/ports";
import { until } from "../../support/world";

/** Lines that omrelp sends before it waits for answers, in each of these tests. */
const window = 300;

function omrelp(port: number, more = ""): string[] {
  return [
    'module(load="omrelp")',
    'template(name="MSG" type="string" string="%msg:::drop-last-lf%\\n")',
    `user.* action(type="omrelp" target="127.0.0.1" port="${port}" template="MSG" windowSize="${window}" timeout="5"
       action.resumeRetryCount="-1" action.resumeInterval="1" queue.type="LinkedList" queue.size="100000" ${more})`,
  ];
}

/** The input in a process that may be killed, and the lines that it has made safe. */
class Sink {
  private process: ChildProcess;

  constructor(
    private readonly bundle: string,
    private readonly file: string,
    readonly port: number,
  ) {
    this.process = this.start();
    onTestFinished(() => this.end("SIGKILL"));
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { process } = this;
    if (process.exitCode !== null || process.signalCode !== null) return;
    process.kill(signal);
    await once(process, "exit");
  }

  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.end(signal);
    this.process = this.start();
  }

  lines(): string[] {
    return existsSync(this.file) ? readFileSync(this.file, "latin1").split("\n").slice(0, -1) : [];
  }

  private start(): ChildProcess {
    return spawn(process.execPath, [this.bundle, String(this.port), this.file], { stdio: "ignore" });
  }
}

/** Hands lines to rsyslog over TCP, and waits until the kernel has them all. */
async function feed(port: number, lines: readonly string[]): Promise<void> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.end(Buffer.from(lines.map((line) => `<13>1 - h a - - - ${line}\n`).join(""), "latin1"));
  socket.resume();
  await once(socket, "close");
}

const numbered = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `line ${from + i}`);

describe.skipIf(skipWithoutOmrelp)("real omrelp (skipped without it: apt-get install rsyslog-relp)", () => {
  let folder = "";
  let sink: Sink;

  beforeEach(async () => {
    folder = temporaryFolder();
    const bundle = join(folder, "sink.js");
    buildSync({
      entryPoints: [join(__dirname, "..", "..", "support", "relp-sink.ts")],
      outfile: bundle,
      bundle: true,
      platform: "node",
      target: "node20.19",
    });
    sink = new Sink(bundle, join(folder, "stored"), await freePort());
    // omrelp doubles the message with which it finds nobody at its very first try.
    await until("the input listens", () => reachable(sink.port));
  });

  const stored = (): Set<string> => new Set(sink.lines());
  const hasAll = (lines: readonly string[]): boolean => {
    const there = stored();
    return lines.every((line) => there.has(line));
  };
  const doubled = (): number => sink.lines().length - stored().size;

  it("loses nothing when the input is killed, and doubles at most a window each time", async () => {
    const rsyslog = await startRsyslog(folder, ...omrelp(sink.port));
    const lines = numbered(20_000);
    const kills = 5;
    for (let i = 0; i < kills; i++) {
      await feed(rsyslog.port, lines.slice(i * 4000, (i + 1) * 4000));
      await until("some of them are stored", () => stored().size > i * 4000);
      await sink.restart("SIGKILL");
    }
    await until("all are stored", () => hasAll(lines));
    expect(stored()).toEqual(new Set(lines));
    expect(doubled()).toBeLessThanOrEqual(kills * window);
  });

  it("loses nothing and doubles nothing when the input stops and starts", async () => {
    const rsyslog = await startRsyslog(folder, ...omrelp(sink.port));
    const lines = numbered(20_000);
    for (let i = 0; i < 5; i++) {
      await feed(rsyslog.port, lines.slice(i * 4000, (i + 1) * 4000));
      await until("some of them are stored", () => stored().size > i * 4000);
      await sink.restart("SIGTERM");
    }
    await until("all are stored", () => hasAll(lines));
    expect([stored(), doubled()]).toEqual([new Set(lines), 0]);
  });

  it("loses nothing when connections are cut at any byte, several at a time", async () => {
    const random = chance(7);
    const proxy = await cuttingProxy(sink.port, () => 1 + Math.floor(random() ** 3 * 60_000));
    const workers = 'queue.workerThreads="4" queue.workerThreadMinimumMessages="100" queue.dequeueBatchSize="100"';
    const rsyslog = await startRsyslog(folder, ...omrelp(proxy.port, workers));
    const lines = numbered(10_000);
    await feed(rsyslog.port, lines);
    await until("ten connections are cut", () => proxy.cuts() >= 10);
    proxy.heal();
    await until("all are stored", () => hasAll(lines));
    expect(stored()).toEqual(new Set(lines));
  });

  it("brings frames of 64 KiB and bytes that are not UTF-8 as they were", async () => {
    const rsyslog = await startRsyslog(folder, ...omrelp(sink.port));
    const lines = [
      ...Array.from({ length: 50 }, (_, i) => `${i} ${"x".repeat(65_536)}`),
      "\xc4\xe3 gbk",
      " two  spaces ",
    ];
    await feed(rsyslog.port, lines);
    await until("all are stored", () => sink.lines().length === lines.length);
    expect(sink.lines()).toEqual(lines);
  });

  it("loses nothing when rsyslog stops and starts, and doubles nothing", async () => {
    const config = omrelp(sink.port, 'queue.filename="q" queue.saveOnShutdown="on" queue.timeoutShutdown="10000"');
    const lines = numbered(6000);
    const first = await startRsyslog(folder, ...config);
    await feed(first.port, lines.slice(0, 3000));
    await until("some are stored", () => stored().size > 0);
    await first.stop("SIGTERM");
    const second = await startRsyslog(folder, ...config);
    await feed(second.port, lines.slice(3000));
    await until("all are stored", () => hasAll(lines));
    expect([stored(), doubled()]).toEqual([new Set(lines), 0]);
  });
});
