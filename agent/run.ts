import { join } from "node:path";
import { realDisk, type Disk } from "./buffer/disk";
import { LogBuffer } from "./buffer/log-buffer";
import { ReadingBack } from "./buffer/reading-back";
import { ConfigWatcher } from "./config/config-watcher";
import type { SyslogConfig } from "./config/discovery";
import { readIdentity, type Identity } from "./config/identity";
import { lastGoodFile } from "./config/last-good";
import type { Settings } from "./config/settings";
import { shadowedConfigs } from "./config/shadowed-configs";
import { Reception } from "./inputs/reception";
import { SelfLimits, type Limits, type Usage } from "./limits/self-limits";
import { Dispatch } from "./sender/dispatch";
import type { AgentService } from "./service";
import { SetAsideCounts } from "./set-aside/counts";
import type { Resends } from "./set-aside/resends";
import type { AgentEvent, Emit } from "./status/events";
import { Rates } from "./status/rates";
import type { AgentStatus } from "./status/status-file";
import { StatusKeeper } from "./status/status-keeper";
import { statusOf } from "./status/status-of";
import { Tally } from "./status/tally";
import { Waits } from "./status/waits";
import { agentVersion } from "./version";
import type { World } from "./world";

export interface AgentOptions {
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly service: AgentService;
  readonly world: World;
  readonly emit: Emit;
  /** For the buffer, lines that are set aside and what RELP is to be told. @default the real one */
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
/** At a stop: for a look at the configs that is under way. */
const lastLookMs = 1_000;

/**
 * starting -> running -> draining -> stopped.
 * starting: what the last run left is read back; no input is open. A stop leaves what was not read where it is.
 * running: the config watcher says which configs are in force; the input is open while there is one.
 * draining (stop): the input closes, the senders send what is left until the deadline or force(), the rest goes to disk.
 */
export class Agent {
  private readonly tally: Tally;
  private readonly waits: Waits;
  private readonly buffer: LogBuffer;
  private readonly reception: Reception;
  private readonly watcher: ConfigWatcher;
  private readonly dispatch: Dispatch;
  private readonly forced = new AbortController();
  private readonly startedAt: string;
  private readonly statusKeeper: StatusKeeper;
  private readonly selfLimits: SelfLimits | undefined;
  private readonly rates = new Rates();
  private readonly setAsideCounts: SetAsideCounts;
  private configs: readonly SyslogConfig[] = [];
  private identity: Identity = { userDefinedIds: [], addresses: [], problems: [] };
  private state: AgentStatus["state"] = "starting";
  private readonly readingBack: ReadingBack;

  constructor(private readonly options: AgentOptions) {
    const { settings, world, service, disk = realDisk } = options;
    this.startedAt = world.now().toISOString();
    this.tally = new Tally(world.now);
    this.waits = new Waits(this.emit);
    this.emit({
      type: "AgentStarted",
      version: agentVersion,
      pid: process.pid,
      endpoint: settings.endpoint,
      projects: settings.projects,
      dataDir: settings.dataDir,
    });
    this.dispatch = new Dispatch({ settings, service, disk, world, emit: this.emit });
    this.setAsideCounts = new SetAsideCounts(this.dispatch.resends.folder);
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
      onQueue: (queue) => this.dispatch.start(queue),
      onWriting: (lines) => this.reception.relpMemory.writing(lines),
      onPressure: (full) => this.reception.hold("buffer", full ? this.bufferFull : undefined),
    });
    this.reception = new Reception({
      settings,
      buffer: this.buffer,
      disk,
      ownAddress: () => this.identity.addresses[0] ?? "127.0.0.1",
      userDefinedIds: () => this.identity.userDefinedIds,
      world,
      emit: this.emit,
      waits: this.waits,
    });
    this.watcher = new ConfigWatcher({
      service: this.dispatch.configs,
      learnTime: (error) => this.dispatch.learnTime(error),
      endpoint: settings.endpoint,
      projects: settings.projects,
      configDir: settings.configDir,
      file: lastGoodFile(settings.dataDir),
      pollMs: settings.pollSeconds * 1000,
      identity: () => (this.identity = readIdentity(settings.configDir, options.env, settings.workingIp)),
      world,
      emit: this.emit,
      waits: this.waits,
      onConfigs: (configs) => this.use(configs),
    });
    this.selfLimits = this.startLimits();
    this.readingBack = new ReadingBack({
      buffer: this.buffer,
      onRead: (lines) => {
        // RELP lines that come again are known by what is in the buffer: no input opens before.
        this.reception.relpMemory.load(lines);
        this.state = "running";
        this.watcher.start();
      },
    });
    this.statusKeeper = new StatusKeeper(settings.dataDir, () => this.everySecond(), world);
  }

  /** See ReadingBack. */
  get recovered(): Promise<boolean> {
    return this.readingBack.done;
  }

  /** Resolves when standard input was an input and came to its end. */
  get inputEnded(): Promise<string> {
    return this.reception.inputEnded;
  }

  /** What can be asked of lines that are set aside. */
  get resends(): Resends {
    return this.dispatch.resends;
  }

  /** Sends what is left for at most `deadlineMs`, keeps the rest on disk. */
  async stop(why: string, deadlineMs: number): Promise<AgentEnd> {
    const { world, service } = this.options;
    this.readingBack.stop();
    const late = new AbortController();
    // All that it has is on disk: an end during the start waits for answers that are under way alone.
    if (this.state === "starting") late.abort();
    this.state = "draining";
    this.emit({ type: "Draining", why, deadlineMs });
    const watcherClosed = this.watcher.close();
    const resendsClosed = this.resends.close().then(() => this.setAsideCounts.look());
    await this.selfLimits?.close();
    const signal = AbortSignal.any([late.signal, this.forced.signal]);
    const drained = this.drain(signal);
    const timer = world.sleep(deadlineMs, signal).then(() => late.abort());
    await drained;
    late.abort();
    await timer;
    // A disk that hangs must not keep the process from ending: keepRest writes once more what is under way.
    const quiet = Promise.all([this.buffer.stopWriting(), resendsClosed, this.recovered.catch(() => undefined)]);
    const isQuiet = await Promise.race([quiet.then(() => true), world.sleep(lastWriteMs).then(() => false)]);
    const end = this.keepRest();
    // What the disk has not given back is let go with the process.
    if (isQuiet) await this.buffer.close();
    else this.buffer.tellAll();
    this.state = "stopped";
    await this.statusKeeper.close();
    // Ends a look of the watcher that is under way, too.
    service.close();
    // What is asked elsewhere (credentials, say) may take its time; the configs do not matter any more.
    await Promise.race([watcherClosed, world.sleep(lastLookMs)]);
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
    this.reception.tellAll();
    const lost = this.buffer.keep();
    this.reception.relpMemory.close(lost === 0);
    const { tally } = this;
    const end = { keptOnDisk: tally.keptLines, lost };
    const notReadBack = this.readingBack.whole ? {} : ({ notReadBack: true } as const);
    this.emit({
      type: "AgentStopped",
      accepted: this.reception.accepted,
      filtered: [...this.reception.filtered.values()].reduce((sum, lines) => sum + lines, 0),
      sent: tally.sentLines,
      setAside: tally.setAsideLines,
      ...end,
      ...notReadBack,
    });
    return end;
  }

  private async drain(deadline: AbortSignal): Promise<void> {
    await this.reception.close();
    await this.dispatch.drain(deadline, this.forced.signal);
  }

  private readonly emit = (event: AgentEvent): void => {
    this.tally.on(event);
    this.options.emit(event);
  };

  private startLimits(): SelfLimits | undefined {
    const { limits, world } = this.options;
    if (limits === undefined) return undefined;
    return new SelfLimits({
      limits: limits.allowed,
      usage: limits.usage,
      unsentBytes: () => this.buffer.memoryUsed,
      hold: (what, why) => this.reception.hold(what, why),
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

  private use(configs: readonly SyslogConfig[]): void {
    this.configs = configs;
    for (const { project, config, why } of shadowedConfigs(configs)) {
      this.emit({ type: "ConfigIgnored", project, config, why });
    }
    for (const { project, config, notApplied } of configs) {
      if (notApplied !== undefined) this.emit({ type: "ConfigNotWhole", project, config, notApplied });
    }
    this.dispatch.use(configs);
    this.reception.use(configs);
  }

  private everySecond(): AgentStatus {
    this.reception.tellDue();
    this.buffer.tellDue();
    void this.setAsideCounts.look();
    return this.status();
  }

  status(): AgentStatus {
    const { settings, world } = this.options;
    const { tally, identity, configs, buffer, reception, startedAt, state } = this;
    return statusOf({
      settings,
      identity,
      configs,
      inputs: reception.status(),
      buffer,
      senderState: (queue) => this.dispatch.stateOf(queue),
      setAside: this.setAsideCounts.current,
      accepted: reception.accepted,
      filtered: reception.filtered,
      tally,
      unfit: reception.unfit,
      rates: this.rates,
      state,
      readingBack: this.readingBack.at,
      startedAt,
      now: world.now(),
    });
  }
}
