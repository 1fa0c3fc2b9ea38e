/** What a line of each shape costs from the bytes of a connection into its block, as it comes from who writes it. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogBuffer } from "../agent/buffer/log-buffer";
import type { SyslogConfig } from "../agent/config/discovery";
import { StreamFramer } from "../agent/inputs/framing/stream-framer";
import { Intake, type Origin } from "../agent/inputs/intake";
import { LineRouter } from "../agent/inputs/syslog/line-router";
import { UnfitLines } from "../agent/status/tally";
import { realWorld } from "../agent/world";
import { measure, report } from "./measure";

const lines = 100_000;
const chunkBytes = 64 * 1024;
const lineBytes = 200;

const seconds = Math.floor(Date.now() / 1000);
const isoTime = "2026-11-21T09:00:00.123456+08:00";
const host = (n: number): string => `web-${n % 3}`;
const app = (n: number): string => `app-${n % 5}`;
const pid = (n: number): number => 1000 + (n % 50);
const quality = '[timeQuality tzKnown="1" isSynced="1" syncAccuracy="1250"]';

/** The head of the n-th line. */
const shapes: Readonly<Record<string, (n: number) => string>> = {
  "0.1": (n) => `0.1 sys_tag ${seconds} 127.0.0.1 ${host(n)} daemon.info 0 ${app(n)} ${pid(n)} -  `,
  "0.1+sd, none": (n) =>
    `0.1+sd sys_tag ${seconds}.123456 127.0.0.1 ${host(n)} daemon.info 0 ${app(n)} ${pid(n)} - -  `,
  "0.1+sd, three parameters": (n) =>
    `0.1+sd sys_tag ${seconds}.123456 127.0.0.1 ${host(n)} daemon.info 1 ${app(n)} ${pid(n)} - ${quality} `,
  "RFC 3164": (n) => `<30>Nov 21 09:00:00 ${host(n)} ${app(n)}[${pid(n)}]: `,
  "RFC 3164, no host name": (n) => `<30>Nov 21 09:00:00 ${app(n)}[${pid(n)}]: `,
  "RFC 3164, no tag": (n) => `<30>Nov 21 09:00:00 ${host(n)} {"n": ${n}} `,
  "RFC 3164, no time": (n) => `<30>${app(n)}[${pid(n)}]: `,
  "RFC 5424": (n) => `<30>1 ${isoTime} ${host(n)} ${app(n)} ${pid(n)} - - `,
  "RFC 5424, three parameters": (n) => `<30>1 ${isoTime} ${host(n)} ${app(n)} ${pid(n)} - ${quality} `,
  "RFC 5424, two elements": (n) =>
    `<30>1 ${isoTime} ${host(n)} ${app(n)} ${pid(n)} - [a@1 user="u${n % 977}" path="\\"C:\\\\t\\]"][origin ip="10.0.0.1" ip="10.0.0.2"] `,
  "RFC 5424, no time": (n) => `<30>1 - ${host(n)} ${app(n)} ${pid(n)} - - `,
  "RFC 5424, no host name": (n) => `<30>1 ${isoTime} - ${app(n)} ${pid(n)} - - `,
};

const config: SyslogConfig = { project: "p", config: "c", logstore: "l", tag: "sys_tag", topic: "", group: "g" };

/** From the framing to the buffer, in memory. */
function chain(): { push(chunk: Buffer): void; stored(): number } {
  const world = realWorld;
  const { now } = world;
  const buffer = new LogBuffer({
    folder: join(tmpdir(), "never-made"),
    mode: "memory",
    maxBytes: 1e9,
    memoryBytes: 1e9,
    overflow: "block",
    commitMs: 20,
    fsync: false,
    limits: { bytes: 500_000, lines: 4096 },
    emit: () => undefined,
    onQueue: () => undefined,
    onPressure: () => undefined,
    world,
  });
  const unfit = new UnfitLines(now, () => undefined);
  const ownAddress = (): string => "192.168.0.9";
  const queue = buffer.queue({ project: "p", logstore: "l" });
  const intake = new Intake({ queue: () => queue, committed: () => Promise.resolve(), unfit, now, ownAddress });
  const router = new LineRouter({
    ...intake.forRouter(),
    unfit,
    now,
    ownAddress,
    ownHostname: () => "this-machine",
    formats: [],
    receptionTime: false,
  });
  intake.setConfigs([config]);
  router.setConfigs([config]);
  const take = router.taker({ format: "auto" });
  const origin: Origin = { address: "127.0.0.1" };
  const framer = new StreamFramer({
    maxBytes: 65_536,
    onLine: (line, rest) => take(line, origin, rest),
    takeRange: (bytes, from, to) => take.range?.(bytes, from, to, origin) === true,
    versions: ["0.1", "0.1+sd"],
  });
  return {
    push: (chunk) => framer.push(chunk),
    stored() {
      let stored = 0;
      for (let block = queue.take(0); block !== undefined; block = queue.take(0)) {
        stored += block.lines;
        queue.settle(block, block.lines);
      }
      return stored;
    },
  };
}

/** All lines of a shape, in chunks as a socket brings them. */
function chunksOf(head: (n: number) => string): Buffer[] {
  const text = Array.from({ length: lines }, (_, n) => {
    const line = `${head(n)}GET /api/v1/tasks/${(n * 7919) % 1_000_000} status=${200 + (n % 4)} `;
    return `${line.padEnd(lineBytes - 1, "took=12ms bytes=4711 ref=/index.html ")}\n`;
  });
  const all = Buffer.from(text.join(""));
  const chunks: Buffer[] = [];
  for (let at = 0; at < all.length; at += chunkBytes) chunks.push(Buffer.from(all.subarray(at, at + chunkBytes)));
  return chunks;
}

export function benchLines(rounds: number): void {
  const ways = Object.entries(shapes).map(([name, head]) => {
    const chunks = chunksOf(head);
    const { push, stored } = chain();
    return {
      name,
      run: () => {
        for (const chunk of chunks) push(chunk);
        const found = stored();
        if (found !== lines) throw new Error(`${name}: ${found} lines were stored, of ${lines}`);
      },
    };
  });
  report(`From bytes to the block: ${lines} lines of ${lineBytes} bytes`, measure(ways, rounds), lines * lineBytes);
}
