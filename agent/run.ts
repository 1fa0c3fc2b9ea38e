import { hostname } from "node:os";
import { join } from "node:path";
import type { SlsError } from "../sls/model/errors";
import { realDisk, type Disk } from "./buffer/disk";
import { LogBuffer } from "./buffer/log-buffer";
import type { LogQueue } from "./buffer/log-queue";
import { ConfigWatcher } from "./config/config-watcher";
import type { ConfigService, SyslogConfig } from "./config/discovery";
import { readIdentity, type Identity } from "./config/identity";
import type { Settings } from "./config/settings";
import { Holds } from "./inputs/holds";
import { Intake } from "./inputs/intake";
import { Inputs } from "./inputs/inputs";
import { LineRouter } from "./inputs/line-router";
import { SelfLimits, type Limits, type Usage } from "./limits/self-limits";
import { Sender } from "./sender/sender";
import { ServiceClock } from "./sender/service-clock";
import { SetAside } from "./sender/set-aside";
import type { LogSink } from "./sender/sink";
import type { AgentEvent, Emit } from "./status/events";
import { Rates } from "./status/rates";
import type { AgentStatus } from "./status/status-file";
import { StatusKeeper } from "./status/status-keeper";
import { Tally, UnfitLines } from "./status/tally";
import { Waits } from "./status/waits";
import { agentVersion } from "./version";
import type { World } from "./world";

/** The service as the agent sees it. */
export interface AgentService {
  /** `now` is the clock that requests are to be signed by; `emit` tells what happens to the credentials. */
  connect(now: () => Date, emit: Emit): { readonly configs: ConfigService; readonly sink: LogSink };
  /** The server's time in a failed reply, when it told one. */
  readonly serverTimeOf: (error: SlsError) => Date | undefined;
  close(): void;
}

export interface AgentOptions {
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly service: AgentService;
  readonly world: World;
  readonly emit: Emit;
  /** For the buffer and lines that are set aside. @default the real one */
  readonly disk?: Disk;
  /** What the process may use; asked again each time, so that it can be changed. @default no limits */
  readonly limits?: { readonly allowed: () => Limits; readonly usage: Usage };
}

/** How a run ended, for the exit code. */
export interface AgentEnd {
  readonly keptOnDisk: number;
  /** Accepted lines that are neither sent, set aside nor on disk. */
  readonly lost: number;
}

/** At a stop whose deadline falls into a request: for its answer. Lines that are stored without one are sent again. */
const lastAnswerMs = 2_000;
/** At a stop: for a write to disk that is under way. */
const lastWriteMs = 5_000;

/**
 * starting -> running -> draining -> stopped.
 * running: the config watcher says which configs are in force; the input is open while there is one.
 * draining (stop): the input closes, the senders send what is left until the deadline or force(), the rest goes to disk.
 */
export class Agent {
  private readonly tally: Tally;
  private readonly unfit: UnfitLines;
  private readonly waits: Waits;
  private readonly buffer: LogBuffer;
  private readonly intake: Intake;
  private readonly clock: ServiceClock;
  private readonly sink: LogSink;
  private readonly setAside: SetAside;
  private readonly watcher: ConfigWatcher;
  private readonly senders = new Map<LogQueue, Sender>();
  private readonly forced = new AbortController();
  private readonly standardInput = new AbortController();
  /** Resolves when standard input was an input and came to its end: whoever piped lines in waits for them to be sent. */
  readonly inputEnded = new Promise<string>((resolve) =>
    this.standardInput.signal.addEventListener("abort", () => resolve("end of standard input"), { once: true }),
  );
  private readonly startedAt: string;
  private readonly statusKeeper: StatusKeeper;
  private readonly router: LineRouter;
  private readonly inputs: Inputs;
  private readonly holds = new Holds((held, why) => this.inputs.setHeld(held, why));
  private readonly selfLimits: SelfLimits | undefined;
  private readonly rates = new Rates();
  private configs: readonly SyslogConfig[] = [];
  private identity: Identity = { userDefinedIds: [], addresses: [], problems: [] };
  private state: AgentStatus["state"] = "starting";

  /** Reads back what the last run left, then starts. */
  constructor(private readonly options: AgentOptions) {
    const { settings, world, service, disk = realDisk } = options;
    this.startedAt = world.now().toISOString();
    this.tally = new Tally(world.now);
    this.waits = new Waits(this.emit);
    this.unfit = new UnfitLines(world.now, (reason, lines, sample) =>
      this.emit({ type: "LinesUnfit", reason, lines, sample }),
    );
    this.emit({
      type: "AgentStarted",
      version: agentVersion,
      pid: process.pid,
      endpoint: settings.endpoint,
      projects: settings.projects,
      dataDir: settings.dataDir,
    });
    this.clock = new ServiceClock(world.now, (offsetMs) => this.emit({ type: "ClockCorrected", offsetMs }));
    const { configs, sink } = service.connect(this.clock.now, this.emit);
    this.sink = sink;
    this.setAside = new SetAside(join(settings.dataDir, "set-aside"), disk);
    this.buffer = new LogBuffer({
      folder: join(settings.dataDir, "buffer"),
      mode: settings.bufferMode,
      maxBytes: settings.bufferBytes,
      memoryBytes: settings.memoryBytes,
      overflow: settings.overflow,
      commitMs: settings.commitMs,
      fsync: settings.fsync === "always",
      limits: { bytes: settings.batchBytes, lines: settings.batchLines },
      disk,
      world,
      emit: this.emit,
      onQueue: (queue) => this.startSender(queue),
      onPressure: (full) => this.holds.set("buffer", full ? this.bufferFull : undefined),
    });
    this.intake = new Intake({
      queue: (destination) => this.buffer.queue(destination),
      committed: () => this.buffer.committed(),
      unfit: this.unfit,
      now: world.now,
      ownAddress: () => this.identity.addresses[0] ?? "127.0.0.1",
    });
    this.router = new LineRouter({
      accept: (line, origin, continuation) => this.intake.accept(line, origin, continuation),
      acceptRange: (bytes, from, to, origin) => this.intake.acceptRange(bytes, from, to, origin),
      store: (config, log, source) => this.intake.store(config, log, source),
      unfit: this.unfit,
      now: world.now,
      ownAddress: () => this.identity.addresses[0] ?? "127.0.0.1",
      ownHostname: hostname,
      formats: settings.streamLogFormats,
      receptionTime: settings.receptionTime,
    });
    this.inputs = new Inputs({
      settings,
      router: this.router,
      committed: () => this.buffer.committed(),
      onStdinEnd: () => this.standardInput.abort(),
      world,
      emit: this.emit,
      waits: this.waits,
    });
    this.buffer.recover();
    this.watcher = new ConfigWatcher({
      service: configs,
      learnTime: (error) => this.learnTime(error),
      endpoint: settings.endpoint,
      projects: settings.projects,
      configDir: settings.configDir,
      file: join(settings.dataDir, "configs.json"),
      pollMs: settings.pollSeconds * 1000,
      identity: () => (this.identity = readIdentity(settings.configDir, options.env, settings.workingIp)),
      world,
      emit: this.emit,
      waits: this.waits,
      onConfigs: (configs) => this.use(configs),
    });
    this.selfLimits = this.startLimits();
    this.state = "running";
    this.watcher.start();
    this.statusKeeper = new StatusKeeper(settings.dataDir, () => this.status(), world);
  }

  /** Sends what is left for at most `deadlineMs`, keeps the rest on disk. */
  async stop(why: string, deadlineMs: number): Promise<AgentEnd> {
    const { world, service } = this.options;
    this.state = "draining";
    this.emit({ type: "Draining", why, deadlineMs });
    const watcherClosed = this.watcher.close();
    await this.selfLimits?.close();
    const late = new AbortController();
    const signal = AbortSignal.any([late.signal, this.forced.signal]);
    const drained = this.drain(signal);
    const timer = world.sleep(deadlineMs, signal).then(() => late.abort());
    await drained;
    late.abort();
    await timer;
    // A disk that hangs must not keep the process from ending: keepRest writes once more what is under way.
    await Promise.race([this.buffer.stopWriting(), world.sleep(lastWriteMs)]);
    const end = this.keepRest();
    await this.buffer.close();
    this.state = "stopped";
    await this.statusKeeper.close();
    // Ends a look of the watcher that is under way, too.
    service.close();
    await watcherClosed;
    return end;
  }

  /** Looks for configs and identity at once. */
  refresh(): void {
    this.watcher.refresh();
  }

  /** Makes a stop that is under way give up sending at once. */
  force(): void {
    this.forced.abort();
  }

  /** The last resort of a process that must end now: no lines are sent any more, those that wait are written to disk. */
  keepRest(): AgentEnd {
    this.unfit.flushAll();
    const lost = this.buffer.keep();
    const { tally } = this;
    const end = { keptOnDisk: tally.keptLines, lost };
    this.emit({
      type: "AgentStopped",
      accepted: this.accepted,
      sent: tally.sentLines,
      setAside: tally.setAsideLines,
      ...end,
    });
    return end;
  }

  private async drain(deadline: AbortSignal): Promise<void> {
    await this.inputs.close();
    const senders = [...this.senders.values()];
    const drained = new AbortController();
    const abort = (): void => {
      const patience = AbortSignal.any([this.patience(drained.signal), this.forced.signal]);
      for (const sender of senders) void sender.abort(patience);
    };
    if (deadline.aborted) abort();
    else deadline.addEventListener("abort", abort, { once: true });
    await Promise.all(senders.map((sender) => sender.drain()));
    deadline.removeEventListener("abort", abort);
    drained.abort();
  }

  /** Aborts when answers that are still under way are not to be awaited any more. */
  private patience(drained: AbortSignal): AbortSignal {
    const over = new AbortController();
    void this.options.world.sleep(lastAnswerMs, drained).then(() => over.abort());
    return over.signal;
  }

  private readonly emit = (event: AgentEvent): void => {
    this.tally.on(event);
    this.options.emit(event);
  };

  /** Whether a failed reply corrected the clock, so that the request may succeed now. */
  private learnTime(error: SlsError): boolean {
    const serverTime = this.options.service.serverTimeOf(error);
    return serverTime !== undefined && this.clock.learn(serverTime);
  }

  private get accepted(): number {
    return this.intake.accepted + this.router.accepted;
  }

  private startLimits(): SelfLimits | undefined {
    const { limits, world } = this.options;
    if (limits === undefined) return undefined;
    return new SelfLimits({
      limits: limits.allowed,
      usage: limits.usage,
      unsentBytes: () => this.buffer.memoryUsed,
      hold: (what, why) => this.holds.set(what, why),
      clock: () => performance.now(),
      world,
      emit: this.emit,
    });
  }

  private get bufferFull(): string {
    const { bufferBytes, memoryBytes } = this.options.settings;
    const [disk, memory] = [bufferBytes / 1024 / 1024, memoryBytes / 1024 / 1024];
    return `the buffer is full: ${disk} MiB of a logstore (buffer.maxBytes) or ${memory} MiB of memory (buffer.memoryBytes)`;
  }

  private startSender(queue: LogQueue): void {
    const { settings, world } = this.options;
    const sender = new Sender({
      queue,
      sink: this.sink,
      setAside: this.setAside,
      lingerMs: settings.lingerMs,
      concurrency: settings.concurrency,
      maxAgeMs: settings.maxAgeHours * 3600_000,
      clock: this.clock,
      learnTime: (error) => this.learnTime(error),
      world,
      emit: this.emit,
    });
    this.senders.set(queue, sender);
  }

  /** Configs in force have changed. Without any, the input closes: rsyslog keeps its lines until there is one again. */
  private use(configs: readonly SyslogConfig[]): void {
    this.configs = configs;
    const [first, ...others] = configs;
    if (first === undefined) {
      // Awaited by the drain.
      void this.inputs.close();
      return;
    }
    this.tellShadowed(configs);
    this.intake.setConfigs([first, ...others]);
    this.router.setConfigs([first, ...others]);
    this.inputs.open();
  }

  private tellShadowed(configs: readonly SyslogConfig[]): void {
    configs.forEach(({ project, config, tag }, index) => {
      const first = configs.findIndex((other) => other.tag === tag);
      if (first === index) return;
      const holder = `${configs[first]?.project}/${configs[first]?.config}`;
      this.emit({ type: "ConfigIgnored", project, config, why: `${holder} has the same tag ${tag}; give one another` });
    });
  }

  status(): AgentStatus {
    const { settings, world } = this.options;
    const { tally, identity } = this;
    return {
      version: agentVersion,
      pid: process.pid,
      state: this.state,
      startedAt: this.startedAt,
      updatedAt: world.now().toISOString(),
      endpoint: settings.endpoint,
      projects: settings.projects,
      machine: { userDefinedIds: identity.userDefinedIds, addresses: identity.addresses },
      configs: this.configs.map(({ project, config, logstore, tag, group }) => ({
        project,
        config,
        logstore,
        tag,
        group,
      })),
      inputs: this.inputs.status(),
      queues: this.buffer.all().map((queue) => ({
        ...queue.destination,
        lines: queue.lines,
        bytes: queue.bytes,
        ...(queue.oldest ? { oldest: queue.oldest.toISOString() } : {}),
        sender: this.senders.get(queue)?.state ?? "idle",
      })),
      lines: {
        accepted: this.accepted,
        sent: tally.sentLines,
        setAside: tally.setAsideLines,
        recovered: tally.recoveredLines,
        keptOnDisk: tally.keptLines,
        dropped: { ...this.buffer.dropped },
        unfit: Object.fromEntries(this.unfit.total),
      },
      buffer: {
        memoryBytes: this.buffer.memoryUsed,
        ...(this.buffer.diskProblem === undefined ? {} : { diskProblem: this.buffer.diskProblem }),
      },
      rates: this.rates.add(world.now().getTime(), {
        accepted: this.accepted,
        sent: tally.sentLines,
        sentBytes: tally.sentBytes,
      }),
      sent: { batches: tally.batches, bytes: tally.sentBytes, failedTries: tally.failedTries },
      waitingFor: Object.fromEntries(tally.waitingFor),
      ...(tally.lastError ? { lastError: tally.lastError } : {}),
    };
  }
}
