import type { AgentEvent, Emit } from "../status/events";
import type { World } from "../world";
import type { Notify } from "./notify";

export interface SupervisedOptions {
  readonly notify: Notify;
  /** How often the supervisor wants to hear of us. @default it does not */
  readonly watchdogMs?: number;
  /** Why the agent is stuck, or undefined while it is well. */
  readonly stuck: () => string | undefined;
  /** One line for `systemctl status`. */
  readonly describe: () => string;
  readonly world: World;
  /** CLOCK_MONOTONIC in microseconds, which RELOADING carries. */
  readonly monotonicMicros: () => bigint;
  readonly emit: Emit;
}

/** A machine without the service, or without a config, is ready all the same: whoever is ordered after the agent goes on. */
const readyMs = 5_000;
/** Between two looks whether the status line says something new, without a watchdog. */
const statusMs = 10_000;
/** The same until it is ready: what is read back is told as it goes on. */
const startingMs = 1_000;
/** Beats at a third of what is allowed: two may be missed. */
const beatsPerWatchdog = 3;
/** Beyond the time for sending: what is written to disk at the end. */
const stopMarginMs = 10_000;

/**
 * Tells systemd how the agent is: starting -> ready (the first input listens, or 5 s have passed) <-> reloading -> stopping.
 * While it is well, each third of the watchdog's time a beat goes out; while it is stuck none does, so that systemd ends
 * it (SIGABRT: what waits goes to disk) and starts it again. A loop that stands still beats as little.
 */
export class Supervised {
  private readonly over = new AbortController();
  private readonly running: Promise<void>;
  private sending: Promise<void> = Promise.resolve();
  private ready = false;
  private stopping = false;
  private toldStuck = false;
  private lastStatus = "";
  private lastProblem = "";

  constructor(private readonly options: SupervisedOptions) {
    this.running = Promise.all([this.beat(), this.tellStart()]).then(() => undefined);
    void options.world.sleep(readyMs, this.over.signal).then(() => this.becomeReady());
  }

  readonly on = (event: AgentEvent): void => {
    if (event.type === "Listening") this.becomeReady();
    if (event.type !== "Draining") return;
    this.stopping = true;
    const extend = (event.deadlineMs + stopMarginMs) * 1000;
    this.send(["STOPPING=1", `EXTEND_TIMEOUT_USEC=${extend}`, `STATUS=stopping: sending what is left`]);
  };

  /** Settings are read again by `work`. Before it is ready nobody waits for that, and READY would be told too early. */
  reload(work: () => void): void {
    if (!this.ready) return work();
    this.send(["RELOADING=1", `MONOTONIC_USEC=${this.options.monotonicMicros()}`]);
    try {
      work();
    } finally {
      this.send(["READY=1", ...this.newStatus()]);
    }
  }

  /** Resolves when everything has been told. */
  async close(): Promise<void> {
    this.over.abort();
    await this.running;
    await this.sending;
  }

  private becomeReady(): void {
    if (this.ready || this.over.signal.aborted) return;
    this.ready = true;
    this.send(["READY=1", ...this.newStatus()]);
  }

  private async beat(): Promise<void> {
    const { world, watchdogMs } = this.options;
    const pause = watchdogMs === undefined ? statusMs : watchdogMs / beatsPerWatchdog;
    const { signal } = this.over;
    while (!signal.aborted) {
      const well = watchdogMs === undefined || this.isWell();
      const told = [...(watchdogMs !== undefined && well ? ["WATCHDOG=1"] : []), ...this.newStatus()];
      if (told.length > 0) this.send(told);
      await world.sleep(pause, signal);
    }
  }

  private async tellStart(): Promise<void> {
    const { signal } = this.over;
    for (;;) {
      await this.options.world.sleep(startingMs, signal);
      if (this.ready || signal.aborted) return;
      const told = this.newStatus();
      if (told.length > 0) this.send(told);
    }
  }

  private isWell(): boolean {
    const why = this.options.stuck();
    if (why !== undefined && !this.toldStuck) this.options.emit({ type: "AgentStuck", why });
    this.toldStuck = why !== undefined;
    return why === undefined;
  }

  private newStatus(): string[] {
    const status = this.options.describe();
    if (status === this.lastStatus || this.stopping) return [];
    this.lastStatus = status;
    return [`STATUS=${status}`];
  }

  /** One after the other: READY must not overtake RELOADING. */
  private send(assignments: readonly string[]): void {
    const { notify, emit } = this.options;
    this.sending = this.sending
      .then(() => notify(assignments))
      .then(
        () => void (this.lastProblem = ""),
        (error: Error) => {
          // Told once: it happens at every beat.
          if (error.message !== this.lastProblem) emit({ type: "SupervisorNotTold", message: error.message });
          this.lastProblem = error.message;
        },
      );
  }
}
