import type { Emit } from "../status/events";
import type { World } from "../world";
import { CpuBudget } from "./cpu-budget";
import { memoryHeld } from "./memory-limit";

export interface Limits {
  /** Resident, of the process. */
  readonly memoryBytes: number;
  /** Of one core. @default none */
  readonly cpuPercent: number | undefined;
}

/** What the process uses. */
export interface Usage {
  residentBytes(): number;
  /** User and system, ever, in milliseconds. */
  cpuMs(): number;
  openFiles(): number | undefined;
  /** How many it may open; undefined where the system does not tell. */
  readonly mostOpenFiles: number | undefined;
}

export interface SelfLimitsOptions {
  readonly limits: () => Limits;
  readonly usage: Usage;
  readonly unsentBytes: () => number;
  /** Holds the inputs for a reason, or lets it go. */
  readonly hold: (what: string, why: string | undefined) => void;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly world: World;
  readonly emit: Emit;
}

const lookMs = 1_000;
/** Of what the process may open, so that configs, status and buffer files can be opened still. */
const filesShare = 0.9;
const cpuTickMs = 20;
/** A hold of more than 250 ms would shut the port, and rsyslog would pause for its own time. */
const longestPauseMs = 200;
const idleTickMs = 250;

/**
 * Keeps the agent within memory, open files and its share of CPU by holding its inputs: their senders wait, nothing is
 * dropped. Looks once a second; with a CPU limit 50 times while it is busy.
 */
export class SelfLimits {
  private readonly over = new AbortController();
  private readonly running: Promise<unknown>;
  private readonly told = new Set<string>();
  private memoryWasHeld = false;

  constructor(private readonly options: SelfLimitsOptions) {
    this.running = Promise.all([this.watch(), this.share()]);
  }

  async close(): Promise<void> {
    this.over.abort();
    await this.running;
  }

  private async watch(): Promise<void> {
    const { world } = this.options;
    const { signal } = this.over;
    while (!signal.aborted) {
      this.lookAtMemory();
      this.lookAtFiles();
      await world.sleep(lookMs, signal);
    }
  }

  private lookAtMemory(): void {
    const { limits, usage, unsentBytes, hold } = this.options;
    const { memoryBytes } = limits();
    const resident = usage.residentBytes();
    this.memoryWasHeld = memoryHeld(this.memoryWasHeld, resident, memoryBytes, unsentBytes());
    const why = `${mebibytes(resident)} MiB are in use, ${mebibytes(memoryBytes)} MiB are allowed (limits.memoryBytes)`;
    this.tell("memory", this.memoryWasHeld ? why : undefined);
    hold("memory", this.memoryWasHeld ? why : undefined);
  }

  private lookAtFiles(): void {
    const { usage, hold } = this.options;
    const open = usage.mostOpenFiles === undefined ? undefined : usage.openFiles();
    if (open === undefined || usage.mostOpenFiles === undefined) return;
    const most = usage.mostOpenFiles;
    const why = `${open} files are open, the system allows ${most}; raise LimitNOFILE= of the unit`;
    const full = open >= most * filesShare;
    this.tell("open files", full ? why : undefined);
    hold("open files", full ? why : undefined);
  }

  /** Short pauses between short reads. */
  private async share(): Promise<void> {
    const { limits, usage, hold, clock, world } = this.options;
    const { signal } = this.over;
    const budget = new CpuBudget();
    while (!signal.aborted) {
      const { cpuPercent } = limits();
      if (cpuPercent === undefined) {
        await world.sleep(lookMs, signal);
        continue;
      }
      const pause = budget.spend(clock(), usage.cpuMs(), cpuPercent);
      if (pause < 1) {
        await world.sleep(idleTickMs, signal);
        continue;
      }
      hold("cpu", `the share of CPU is used up (limits.cpuPercent ${cpuPercent})`);
      await world.sleep(Math.min(pause, longestPauseMs), signal);
      hold("cpu", undefined);
      await world.sleep(cpuTickMs, signal);
    }
  }

  private tell(limit: string, why: string | undefined): void {
    if (why === undefined) this.told.delete(limit);
    else if (!this.told.has(limit)) {
      this.told.add(limit);
      this.options.emit({ type: "LimitReached", limit, why });
    }
  }
}

const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
