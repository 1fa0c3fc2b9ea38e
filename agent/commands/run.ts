/** `sls-agent run`: what is started around the agent, and how signals end it. */
import * as fs from "node:fs";
import { LiveSettings } from "../config/live-settings";
import type { Settings } from "../config/settings";
import { ControlServer } from "../control/server";
import { openDataDir } from "../data-dir";
import { endProcess } from "../end-process";
import { exitCodes } from "../exit-codes";
import { defaultMemoryLimit } from "../limits/memory-limit";
import { realUsage } from "../limits/usage";
import { Agent, type AgentEnd } from "../run";
import type { AgentService } from "../service";
import { Counters } from "../status/counters";
import { eventLog } from "../status/event-log";
import type { AgentEvent, Emit } from "../status/events";
import type { Scrape } from "../status/metrics";
import { processFigures } from "../status/process-figures";
import { StatusServer } from "../status/server";
import { writeReadyFile } from "../status/status-file";
import { summaryOf } from "../status/summary";
import { notifierFromEnv, watchdogMs } from "../supervisor/notify";
import { Supervised } from "../supervisor/supervised";
import { Vitals } from "../supervisor/vitals";
import { realWorld } from "../world";

type Listening = Extract<AgentEvent, { type: "Listening" }>;

export interface RunOptions {
  readonly settings: Settings;
  readonly service: AgentService;
  /** Throws a SettingsError. */
  readonly readSettings: () => Settings;
  readonly readyFile: string | undefined;
}

export async function run({ settings, service, readSettings, readyFile }: RunOptions): Promise<number> {
  // Before it is ready there is nothing to read again; without this it would end the process.
  let onHangUp = (): void => undefined;
  process.on("SIGHUP", () => onHangUp());
  const dataDir = await openDataDir(settings.dataDir);
  if (readyFile !== undefined) fs.rmSync(readyFile, { force: true });
  // Nobody reads any more: no reason to stop carrying lines.
  process.stdout.on("error", () => undefined);

  const readers: Emit[] = [printer(() => live.current)];
  const emit: Emit = (event) => {
    for (const read of readers) read(event);
  };
  const live = new LiveSettings(settings, readSettings, emit);
  if (readyFile !== undefined) {
    readers.push((event) => void (isReady(event) && tellReady(readyFile, event)));
  }
  const vitals = new Vitals({ timeoutMs: settings.timeoutSeconds * 1000, clock: () => performance.now() });
  const counters = new Counters();
  readers.push(vitals.on, counters.on);

  const allowed = (): { memoryBytes: number; cpuPercent: number | undefined } => {
    const { limitMemoryBytes, memoryBytes, cpuPercent } = live.current;
    return {
      memoryBytes: limitMemoryBytes ?? defaultMemoryLimit(memoryBytes, process.constrainedMemory()),
      cpuPercent,
    };
  };
  const limits = { allowed, usage: realUsage() };
  const agent = new Agent({ settings, env: process.env, service, world: realWorld, emit, limits });
  keepLinesOnFailure(agent, emit);
  const stuck = (): string | undefined => vitals.stuck(agent.status());

  const control = new ControlServer({
    dataDir: settings.dataDir,
    status: () => agent.status(),
    recovered: agent.recovered,
    resends: agent.resends,
    world: realWorld,
  });
  readers.push(control.on);
  const supervised = supervisedBy(agent, stuck, emit);
  if (supervised) readers.push(supervised.on);
  const scrape = (): Scrape => ({
    status: agent.status(),
    counters,
    process: processFigures(),
    stuck: stuck(),
  });
  const { statusPort } = settings;
  const server =
    statusPort === undefined ? undefined : new StatusServer({ port: statusPort, scrape, world: realWorld, emit });

  const reload = (): void => {
    live.reload();
    agent.refresh();
  };
  // As rsyslog and most daemons take it.
  onHangUp = () => (supervised ? supervised.reload(reload) : reload());
  try {
    const ended = agent.recovered.then(() => agent.inputEnded);
    const why = await Promise.race([firstSignal(() => agent.force()), ended]).catch(async (error: unknown) => {
      // Of the buffer's other logstores requests may be under way.
      await agent.stop("what the last run left cannot be read", 0);
      throw error;
    });
    return codeOf(await agent.stop(why, live.current.drainSeconds * 1000));
  } finally {
    await Promise.all([control.close(), server?.close(), supervised?.close()]);
    dataDir.close();
  }
}

/** Follows `log.level` and `log.format` when they are changed. */
function printer(settings: () => Settings): Emit {
  const write = (line: string): void => void process.stdout.write(line);
  return (event) => {
    const { logFormat, logLevel } = settings();
    eventLog({ format: logFormat, level: logLevel, write, now: realWorld.now })(event);
  };
}

function supervisedBy(agent: Agent, stuck: () => string | undefined, emit: Emit): Supervised | undefined {
  const notify = notifierFromEnv(process.env);
  if (notify === undefined) return undefined;
  const every = watchdogMs(process.env, process.pid);
  return new Supervised({
    notify,
    ...(every === undefined ? {} : { watchdogMs: every }),
    stuck,
    describe: () => summaryOf(agent.status()),
    world: realWorld,
    monotonicMicros: () => process.hrtime.bigint() / 1000n,
    emit,
  });
}

/** The port that the forwarder of docs/agent.md needs; the other inputs open in the same moment. */
const isReady = (event: AgentEvent): event is Listening & { port: number } =>
  event.type === "Listening" && event.input === "syslog-tcp" && event.port !== undefined;

/** A ready file that cannot be written must not stop the lines. */
function tellReady(file: string, event: Parameters<typeof writeReadyFile>[1]): void {
  try {
    writeReadyFile(file, event);
  } catch (error) {
    fs.writeSync(2, `sls-agent: --ready-file: ${(error as Error).message}\n`);
  }
}

const codeOf = (end: AgentEnd): number => (end.lost > 0 ? exitCodes.linesLost : exitCodes.ok);

/** Resolves with the name of the first signal to end; each one after that forces. */
function firstSignal(force: () => void): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
      process.on(signal, () => {
        if (seen) force();
        seen = true;
        resolve(signal);
      });
    }
  });
}

/** A bug must not cost lines: what waits goes to disk before the process ends. So when a watchdog ends it by SIGABRT. */
function keepLinesOnFailure(agent: Agent, emit: Emit): void {
  const fail = (message: string): void => {
    try {
      emit({ type: "AgentFailed", message });
      agent.keepRest();
    } catch (error) {
      fs.writeSync(2, `sls-agent: ${(error as Error).stack}\n`);
    } finally {
      endProcess(exitCodes.failed);
    }
  };
  process.on("uncaughtException", (error: Error) => fail(`unexpected: ${error.stack ?? error.message}`));
  process.on("SIGABRT", () => fail("ended by SIGABRT, as a watchdog does"));
}
