/**
 * `npm run bench:agent -- [--short] [--ours] [--node FILE]`: how many lines the agent carries from TCP to PutLogs, what that
 * costs, and how long a line takes; and rsyslog, syslog-ng and otelcol beside it where they are there, one after the other.
 * `--node`: the agent runs with that Node, not with this one.
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentNode, load, startAgent, startSink, stop, usageOf, type LineFormat } from "./agent/processes";
import { counter } from "./agent/counted";
import { startOtelcol } from "./agent/otelcol";
import { startRsyslog, startSyslogNg } from "./agent/peers";

const short = process.argv.includes("--short");
const lines = short ? 400_000 : 3_000_000;
const lineBytes = 200;
const root = fs.mkdtempSync(join(tmpdir(), "sls-agent-bench-"));

interface Row {
  readonly who: string;
  readonly linesPerSecond: number;
  readonly cpuPerMillion: number;
  readonly atRestMb: number;
  readonly busyMb: number;
}

/** Floods who listens at `port`, until the sink has counted all. */
async function flood(
  who: string,
  pid: number,
  port: number,
  format: LineFormat,
  arrived: () => Promise<boolean>,
): Promise<Row> {
  await load(port, format, lines / 10);
  await until(arrived, 0.1);
  const before = usageOf(pid);
  const begun = performance.now();
  await load(port, format, lines);
  await until(arrived, 1.1);
  const seconds = (performance.now() - begun) / 1000;
  const after = usageOf(pid);
  return {
    who,
    linesPerSecond: lines / seconds,
    cpuPerMillion: ((after.cpuSeconds - before.cpuSeconds) / lines) * 1e6,
    atRestMb: before.residentMb,
    busyMb: after.highestMb,
  };

  async function until(so: () => Promise<boolean>, share: number): Promise<void> {
    wanted = share * lines;
    const end = performance.now() + 120_000;
    while (!(await so())) {
      if (performance.now() > end) throw new Error(`${who}: not all lines came in two minutes`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Lines that the sink is to have counted. */
let wanted = 0;

async function ours(name: string, env: NodeJS.ProcessEnv, format: LineFormat = "sls"): Promise<Row> {
  const sink = await startSink();
  const agent = await startAgent(join(root, name), sink.http, env);
  const pid = agent.process.pid as number;
  const statusFile = join(root, name, "data", "status.json");
  const sent = (): number => {
    const status = JSON.parse(fs.readFileSync(statusFile, "utf8")) as { lines: { accepted: number; sent: number } };
    return status.lines.sent;
  };
  // The first line tells how many raw bytes one has in the mean; the status tells the lines, once a second.
  let perLine = 0;
  const row = await flood(`sls-agent, ${name}`, pid, agent.port, format, async () => {
    const { rawBytes } = await sink.counts();
    if (perLine > 0) return rawBytes >= wanted * perLine * 0.9995;
    if (sent() < wanted) return false;
    perLine = rawBytes / wanted;
    return true;
  });
  await stop(agent.process);
  await sink.close();
  return row;
}

async function peer(
  who: string,
  start: (
    folder: string,
    sinkPort: number,
  ) => Promise<{ pid: number; port: number; stop(): Promise<void> } | undefined>,
  to: "tcp" | "http",
): Promise<Row | undefined> {
  const sink = await startSink();
  try {
    const started = await start(join(root, who.replace(/\W+/g, "-")), sink[to]);
    if (started === undefined) return undefined;
    const has = counter(sink, to);
    const row = await flood(who, started.pid, started.port, "rfc3164", () => has(wanted));
    await started.stop();
    return row;
  } finally {
    await sink.close();
  }
}

/** Milliseconds from line to sink at 1,000 lines a second. */
async function latency(env: NodeJS.ProcessEnv): Promise<{ p50: number; p99: number; max: number; cpuShare: number }> {
  const sink = await startSink(["--times"]);
  const agent = await startAgent(join(root, "latency"), sink.http, env);
  await load(agent.port, "sls", 1000, 1000);
  await sink.counts();
  const pid = agent.process.pid as number;
  const before = usageOf(pid);
  const seconds = short ? 5 : 20;
  await load(agent.port, "sls", 1000 * seconds, 1000);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const cpuShare = (usageOf(pid).cpuSeconds - before.cpuSeconds) / seconds;
  const ages = [...(await sink.counts()).ages].sort((a, b) => a - b);
  await stop(agent.process);
  await sink.close();
  const at = (share: number): number => ages[Math.min(ages.length - 1, Math.floor(ages.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1), cpuShare };
}

/** The share of a core at a steady 10 MB/s, when what is used often has been compiled; in the seconds after it; and at rest. */
async function steady(
  env: NodeJS.ProcessEnv,
): Promise<{ cpuShare: number; afterShare: number; idleShare: number; residentMb: number }> {
  const sink = await startSink();
  const agent = await startAgent(join(root, "steady"), sink.http, env);
  const pid = agent.process.pid as number;
  const shareOf = async (seconds: number, work: Promise<unknown>): Promise<number> => {
    const before = usageOf(pid);
    await work;
    return (usageOf(pid).cpuSeconds - before.cpuSeconds) / seconds;
  };
  const rest = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const seconds = short ? 4 : 15;
  await load(agent.port, "sls", 50_000 * (short ? 2 : 30), 50_000);
  const cpuShare = await shareOf(seconds, load(agent.port, "sls", 50_000 * seconds, 50_000));
  await rest(2);
  const afterShare = await shareOf(seconds, rest(seconds));
  const idleShare = await shareOf(seconds, rest(seconds));
  const { residentMb } = usageOf(pid);
  await stop(agent.process);
  await sink.close();
  return { cpuShare, afterShare, idleShare, residentMb };
}

/** Resident memory while the service is away and 10 MB/s come in. */
async function away(env: NodeJS.ProcessEnv): Promise<{ atRestMb: number; awayMb: readonly number[] }> {
  const sink = await startSink();
  const agent = await startAgent(join(root, "away"), sink.http, env);
  const pid = agent.process.pid as number;
  const atRestMb = usageOf(pid).residentMb;
  sink.process.kill("SIGSTOP");
  const awayMb: number[] = [];
  for (let part = 0; part < 6; part++) {
    await load(agent.port, "sls", short ? 50_000 : 250_000, 50_000);
    awayMb.push(Math.round(usageOf(pid).residentMb));
  }
  sink.process.kill("SIGCONT");
  await stop(agent.process);
  await sink.close();
  return { atRestMb, awayMb };
}

const peers = [
  ["rsyslog imptcp -> omfwd", startRsyslog, "tcp"],
  ["syslog-ng tcp -> tcp, parsing", startSyslogNg, "tcp"],
  ["otelcol tcp -> otlp gzip, parsing", startOtelcol, "http"],
] as const;

async function main(): Promise<void> {
  const rows: Row[] = [];
  const only = process.argv.includes("--ours");
  const absent: string[] = [];
  for (const [name, env, format] of [
    ["disk buffer, lz4", {}],
    ["memory buffer, lz4", { SLS_AGENT_BUFFER_MODE: "memory" }],
    ["disk buffer, no compression", { SLS_AGENT_COMPRESS: "none" }],
    ["RFC 3164, disk, lz4", {}, "rfc3164"],
    ["RFC 5424, disk, lz4", {}, "rfc5424"],
    ["0.1+sd, disk, lz4", {}, "sls-extended"],
    ["5424 with data, disk, lz4", {}, "rfc5424-data"],
  ] as const) {
    rows.push(await ours(name, env, format));
  }
  for (const [name, start, to] of only ? [] : peers) {
    const row = await peer(name, start, to);
    if (row) rows.push(row);
    else absent.push(name);
  }
  const node = execFileSync(agentNode, ["--version"], { encoding: "utf8" }).trim();
  const out = [
    `\nThe agent under Node ${node}. Flood of 200-byte lines over one TCP connection`,
    "                                   lines/s   MB/s  CPU s/M lines  MB at rest  MB busy",
  ];
  for (const { who, linesPerSecond, cpuPerMillion, atRestMb, busyMb } of rows) {
    out.push(
      `  ${who.padEnd(30)} ${linesPerSecond.toFixed(0).padStart(9)} ${((linesPerSecond * lineBytes) / 1e6).toFixed(0).padStart(6)} ` +
        `${cpuPerMillion.toFixed(2).padStart(14)} ${atRestMb.toFixed(0).padStart(11)} ${busyMb.toFixed(0).padStart(8)}`,
    );
  }
  if (absent.length > 0) out.push(`  not here, and so not measured: ${absent.join(", ")} (scripts/peers-setup.sh)`);
  process.stdout.write(`${out.join("\n")}\n`);
  const times = await latency({});
  process.stdout.write(
    `1,000 lines/s: p50 ${times.p50} ms, p99 ${times.p99} ms, max ${times.max} ms, ${(times.cpuShare * 100).toFixed(1)} % of a core\n`,
  );
  const flow = await steady({});
  process.stdout.write(
    `10 MB/s: ${(flow.cpuShare * 100).toFixed(1)} % of a core; after it ${(flow.afterShare * 100).toFixed(2)} %, idle ${(flow.idleShare * 100).toFixed(2)} %, ${flow.residentMb.toFixed(0)} MB\n`,
  );
  const gone = await away({});
  process.stdout.write(
    `service away, 10 MB/s: ${gone.atRestMb.toFixed(0)} MB at rest, then ${gone.awayMb.join(", ")} MB\n`,
  );
  process.stdout.write(
    `${JSON.stringify({ question: "agent", node, rows, absent, latency: times, steady: flow, away: gone })}\n`,
  );
}

main()
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  })
  .finally(() => fs.rmSync(root, { recursive: true, force: true }));
