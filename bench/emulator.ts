/**
 * The local cloud: how fast it takes logs, and how fast it finds them among a million.
 * Peers in the same run: a server of Node that only reads and answers 200 (no emulator can be faster), and grep over the same lines.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keptCredentials } from "../emulator/access-key";
import { batchesOf, logstore, project, resident, runLocalCloud, running, setUp, timed } from "./local-cloud";
import { Connections, prepare, type Prepared } from "./sls-request";

const day = 24 * 3600;

const drain = `
const server = require("node:http").createServer((request, reply) => request.on("data", () => {}).on("end", () => reply.end()));
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));`;

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

export async function benchEmulator(logs: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-bench-"));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    await bench(folder, logs, rounds, ends);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function bench(folder: string, logs: number, rounds: number, ends: (() => unknown)[]): Promise<void> {
  const cloud = await runLocalCloud("--state", folder);
  const peer = await running(["-e", drain]);
  for (const { process: child } of [cloud, peer]) ends.push(() => child.kill());
  const idle = resident(cloud.process.pid, "VmRSS");
  const credentials = keptCredentials(folder);
  const connections = new Connections(cloud.port, 8);
  const direct = new Connections(peer.port, 8);
  ends.push(() => connections.close());
  ends.push(() => direct.close());

  await setUp(connections, credentials);

  const end = Math.floor(Date.now() / 1000);
  const begin = end - day;
  const { prepared: batches, raw, lines } = batchesOf(logs, begin, day, credentials);

  const reads = await timed(() => direct.sendAll(batches));
  const ms = await timed(() => connections.sendAll(batches));
  const puts = [
    { name: "local cloud", megabytesPerSecond: round(raw / ms / 1000), logsPerSecond: Math.round((logs / ms) * 1000) },
    {
      name: "only read",
      megabytesPerSecond: round(raw / reads / 1000),
      logsPerSecond: Math.round((logs / reads) * 1000),
    },
  ];
  const line = (...cells: readonly (string | number)[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? String(cell).padEnd(34) : String(cell).padStart(12))).join("")}`;
  const out = [
    `\nPutLogs: ${logs} logs, ${round(raw / 1e6)} MB raw, lz4, batches of ${Math.round(raw / batches.length / 1024)} KiB, 8 connections`,
    line("", "MB/s raw", "logs/s"),
    ...puts.map(({ name, megabytesPerSecond, logsPerSecond }) => line(name, megabytesPerSecond, logsPerSecond)),
  ];

  const range = { from: String(begin), to: String(end + 1) };
  const ask = (query: Readonly<Record<string, string>>): Prepared =>
    prepare({ method: "GET", path: `/logstores/${logstore}`, query: { ...range, ...query } }, project, credentials);
  const indexing = await timed(async () => {
    const all = ask({ type: "histogram", query: "*" });
    for (;;) {
      const { headers } = await connections.send(all);
      if (headers["x-log-progress"] === "Complete") {
        if (headers["x-log-count"] !== String(logs))
          throw new Error(`found ${String(headers["x-log-count"])} of ${logs} logs`);
        return;
      }
    }
  });
  const searches: { name: string; query: Readonly<Record<string, string>> }[] = [
    { name: "one term", query: { type: "log", query: "certificate-updater" } },
    { name: "one rare term", query: { type: "log", query: "9e3779b1" } },
    { name: "two terms AND", query: { type: "log", query: "error and certificate-updater" } },
    { name: "NOT", query: { type: "log", query: "todo-list not info" } },
    { name: "range", query: { type: "log", query: "status >= 500", reverse: "true" } },
    { name: "page 5,000 of a term", query: { type: "log", query: "todo-list", offset: String(Math.floor(logs / 2)) } },
    { name: "histogram over 24 h, all", query: { type: "histogram", query: "*" } },
    { name: "histogram over 24 h, one term", query: { type: "histogram", query: "todo-list" } },
  ];
  const results: { name: string; min: number; p50: number; p99: number }[] = [];
  for (const { name, query } of searches) {
    const times: number[] = [];
    for (let i = -3; i < rounds; i++) {
      const prepared = ask(query);
      let reply: { status: number; text: string } | undefined;
      const took = await timed(async () => (reply = await connections.send(prepared)));
      if (reply?.status !== 200) throw new Error(`${name}: ${reply?.text}`);
      if (i >= 0) times.push(took);
    }
    times.sort((a, b) => a - b);
    results.push({
      name,
      min: round(times[0] ?? NaN),
      p50: round(percentile(times, 0.5)),
      p99: round(percentile(times, 0.99)),
    });
  }
  const file = join(folder, "lines.txt");
  writeFileSync(file, lines.join("\n"));
  const greps: number[] = [];
  for (let i = 0; i < 5; i++) {
    greps.push(await timed(async () => execFileSync("grep", ["-c", "-F", "-w", "certificate-updater", file])));
  }
  greps.sort((a, b) => a - b);
  results.push({
    name: "grep -c, one term",
    min: round(greps[0] ?? NaN),
    p50: round(greps[2] ?? NaN),
    p99: round(greps[4] ?? NaN),
  });

  const memory = {
    idleMiB: idle,
    afterMiB: resident(cloud.process.pid, "VmRSS"),
    peakMiB: resident(cloud.process.pid, "VmHWM"),
  };
  out.push(
    `\nGetLogs among ${logs} logs, ${rounds} rounds, milliseconds`,
    line("", "min", "p50", "p99"),
    ...results.map(({ name, min, p50, p99 }) => line(name, min, p50, p99)),
    `\n  start to ready ${Math.round(cloud.startMs)} ms; all logs indexed ${Math.round(indexing)} ms after the last PutLogs`,
    `  resident: idle ${memory.idleMiB} MiB, now ${memory.afterMiB} MiB, at most ${memory.peakMiB} MiB`,
    "  limit: one thread of JavaScript, which reads, uncompresses, checks and writes each batch, and cuts the words when it is idle",
  );
  const report = {
    question: "emulator",
    logs,
    raw,
    puts,
    results,
    indexingMs: Math.round(indexing),
    startMs: Math.round(cloud.startMs),
    memory,
  };
  process.stdout.write(`${out.join("\n")}\n${JSON.stringify(report)}\n`);
}
