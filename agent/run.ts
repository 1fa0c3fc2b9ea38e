import { hostname } from "node:os";
import { join } from "node:path";
import type { SlsError } from "../sls/model/errors";
import { realDisk, type Disk } from "./buffer/disk";
import { LogBuffer } from "./buffer/log-buffer";
import { ConfigWatcher } from "./config/config-watcher";
import type { ConfigService, SyslogConfig } from "./config/discovery";
import { readIdentity, type Identity } from "./config/identity";
import type { Settings } from "./config/settings";
import { shadowedConfigs } from "./config/shadowed-configs";
import { Holds } from "./inputs/holds";
import { Intake } from "./inputs/intake";
import { Inputs } from "./inputs/inputs";
import { LineRouter } from "./inputs/line-router";
import { SelfLimits, type Limits, type Usage } from "./limits/self-limits";
import { Senders } from "./sender/senders";
import { ServiceClock } from "./sender/service-clock";
import { SetAside } from "./sender/set-aside";
import type { LogSink } from "./sender/sink";
import type { AgentEvent, Emit } from "./status/events";
import { Rates } from "./status/rates";
import type { AgentStatus } from "./status/status-file";
import { StatusKeeper } from "./status/status-keeper";
import { statusOf } from "./status/status-of";
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
  private readonly watcher: ConfigWatcher;
  private readonly senders: Senders;
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
    this.senders = new Senders({
      sink,
      setAside: new SetAside(join(settings.dataDir, "set-aside"), settings.setAsideBytes, disk),
      lingerMs: settings.lingerMs,
      concurrency: settings.concurrency,
      maxAgeMs: settings.maxAgeHours * 3600_000,
      clock: this.clock,
      learnTime: (error) => this.learnTime(error),
      world,
      emit: this.emit,
    });
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
      onQueue: (queue) => this.senders.start(queue),
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
    this.statusKeeper = new StatusKeeper(settings.dataDir, () => this.everySecond(), world);
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
    await this.senders.drain(deadline, this.forced.signal);
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

  /** Configs in force have changed. Without any, the input closes: rsyslog keeps its lines until there is one again. */
  private use(configs: readonly SyslogConfig[]): void {
    this.configs = configs;
    const [first, ...others] = configs;
    if (first === undefined) {
      // Awaited by the drain.
      void this.inputs.close();
      return;
    }
    for (const { project, config, why } of shadowedConfigs(configs)) {
      this.emit({ type: "ConfigIgnored", project, config, why });
    }
    this.intake.setConfigs([first, ...others]);
    this.router.setConfigs([first, ...others]);
    this.inputs.open();
  }

  private everySecond(): AgentStatus {
    this.unfit.flushDue();
    this.buffer.tellDue();
    return this.status();
  }

  status(): AgentStatus {
    const { settings, world } = this.options;
    const { tally, identity, configs, buffer, unfit, accepted, startedAt, state } = this;
    return statusOf({
      settings,
      identity,
      configs,
      inputs: this.inputs.status(),
      buffer,
      senderState: (queue) => this.senders.stateOf(queue),
      accepted,
      tally,
      unfit,
      rates: this.rates,
      state,
      startedAt,
      now: world.now(),
    });
  }
}
