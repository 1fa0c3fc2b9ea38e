/** What the benchmarks of the local cloud share: a process of it, a logstore in it, batches to send. */
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { encodeLogGroup } from "../sls";
import { lz4Compress } from "../sls/wire/lz4";
import type { Credentials } from "../sls/wire/request";
import { accessGroup } from "./emulator-data";
import { prepare, type Connections, type Prepared } from "./sls-request";

export const project = "bench-project";
export const logstore = "bench-logstore";
export const linesInBatch = 2800;

const token = [..." ,'\";=()[]{}?@&<>/:\n\t\r"];
const text = { type: "text", token, caseSensitive: false, doc_value: true };
const index = {
  line: { token, caseSensitive: false },
  keys: { hostname: text, "pri-text": text, "app-name": text, msg: text, status: { type: "long" } },
};

export interface Running {
  readonly process: ChildProcess;
  readonly port: number;
  /** Milliseconds from its start to its first word. */
  readonly startMs: number;
}

/** Starts a program of which the first line is JSON with its port. */
export async function running(args: readonly string[]): Promise<Running> {
  const begin = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const startMs = performance.now() - begin;
    return { process: child, port: (JSON.parse(line) as { port: number }).port, startMs };
  }
  throw new Error(`${args[0]} ended before it said where it listens; was npm run build run?`);
}

export const runLocalCloud = (...args: string[]): Promise<Running> =>
  running([join(__dirname, "../dist/cli/main.js"), "local", "run", "--json", "--port", "0", ...args]);

/** Mebibytes; undefined where the system does not tell. */
export function resident(pid: number | undefined, what: "VmRSS" | "VmHWM"): number | undefined {
  try {
    const found = new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found ? Math.round(Number(found[1]) / 1024) : undefined;
  } catch {
    return undefined;
  }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Project, logstore of two shards, index. */
export async function setUp(connections: Connections, credentials: Credentials): Promise<void> {
  const call = async (path: string, body: unknown): Promise<void> => {
    const of = path === "/" ? undefined : project;
    const bytes = Buffer.from(JSON.stringify(body));
    await connections.sendAll([prepare({ method: "POST", path, body: bytes }, of, credentials)]);
  };
  await call("/", { projectName: project, description: "" });
  await call("/logstores", { logstoreName: logstore, ttl: 30, shardCount: 2 });
  await call(`/logstores/${logstore}/index`, index);
}

export interface Batches {
  readonly prepared: readonly Prepared[];
  /** Bytes before compression. */
  readonly raw: number;
  readonly lines: readonly string[];
}

/** Signed requests with so many logs, spread evenly from `begin` (unix seconds) over so many seconds. */
export function batchesOf(logs: number, begin: number, seconds: number, credentials: Credentials): Batches {
  const prepared: Prepared[] = [];
  const lines: string[] = [];
  let raw = 0;
  for (let first = 0; first < logs; first += linesInBatch) {
    const group = accessGroup(Math.min(linesInBatch, logs - first), first, begin, seconds / logs);
    for (const log of group.logs) lines.push(log.contents.map(([key, value]) => `${key}=${String(value)}`).join(" "));
    const bytes = encodeLogGroup(group);
    raw += bytes.length;
    const headers = {
      "content-type": "application/x-protobuf",
      "x-log-compresstype": "lz4",
      "x-log-bodyrawsize": String(bytes.length),
    };
    const path = `/logstores/${logstore}/shards/lb`;
    prepared.push(prepare({ method: "POST", path, headers, body: lz4Compress(bytes) }, project, credentials));
  }
  return { prepared, raw, lines };
}
