import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import type { Emit } from "../status/events";
import type { InputStatus } from "../status/status-file";
import type { Waits } from "../status/waits";
import type { World } from "../world";
import type { Input, InputState, TakeLine } from "./input";
import { untilQuiet } from "./let-go";
import { LineFramer } from "./framing/line-framer";
import { start } from "./start";

export interface ExecInputOptions {
  /** For events and the status. @default "exec" */
  readonly name?: string;
  /** Program and arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly maxLineBytes: number;
  readonly accept: TakeLine;
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** Who has run for so long is started again at once, as if nothing had been. */
const soundMs = 60_000;
/** From SIGTERM to SIGKILL. */
const graceMs = 5_000;
/** What is not meant for a program that only writes lines: secrets, and the agent's own word with systemd. */
const ownNames = /^(ALIBABA_CLOUD|ALICLOUD)_.*(KEY|SECRET|TOKEN)|^(NOTIFY_SOCKET|WATCHDOG_USEC|WATCHDOG_PID)$/;

/**
 * The lines that a command writes, to its output and to its errors. running -> pausing -> running … until close().
 * It runs in a process group of its own, which ends with the input. Arguments may hold secrets: only the program is told.
 */
export class ExecInput implements Input {
  private child: ChildProcess | undefined;
  private held = false;
  private chunks = 0;
  private readonly stop = new AbortController();
  private readonly running: Promise<void>;

  constructor(private readonly options: ExecInputOptions) {
    this.running = this.run();
  }

  get state(): InputState {
    if (this.stop.signal.aborted) return "closed";
    if (this.held) return "held";
    return this.child === undefined ? "waiting" : "listening";
  }

  private get name(): string {
    return this.options.name ?? "exec";
  }

  get status(): InputStatus {
    return { input: this.name, state: this.state, address: this.options.command[0], connections: this.child ? 1 : 0 };
  }

  /** The pipes get full and hold the command. */
  setHeld(held: boolean): void {
    this.held = held;
    for (const stream of this.streams()) {
      if (held) stream.pause();
      else stream.resume();
    }
  }

  async close(): Promise<void> {
    this.stop.abort();
    const { child } = this;
    if (child !== undefined) await this.end(child);
    await this.running;
  }

  private get waitsFor(): string {
    return `command ${this.options.command[0]}`;
  }

  private async run(): Promise<void> {
    const { world, waits } = this.options;
    let pause = firstPauseMs;
    while (!this.stop.signal.aborted) {
      const began = world.monotonic();
      const how = await this.once();
      if (this.stop.signal.aborted) break;
      if (world.monotonic() - began >= soundMs) pause = firstPauseMs;
      waits.begin(this.waitsFor, `${how}; it is started again in ${pause / 1000} s`, how);
      await world.sleep(pause, this.stop.signal);
      pause = Math.min(pause * 2, longestPauseMs);
    }
    waits.end(this.waitsFor);
  }

  /** Runs it to its end; resolves with how it ended. */
  private async once(): Promise<string> {
    const { command, env } = this.options;
    const [program, ...args] = command;
    const child = start(program, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !ownNames.test(name))),
    });
    if (typeof child === "string") return `it could not be started: ${child}`;
    this.child = child;
    const read = Promise.all(this.streams().map((stream) => this.read(stream)));
    if (this.held) this.setHeld(true);
    const how = await new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`it could not be started: ${error.message}`));
      child.once("exit", (code, signal) =>
        resolve(signal === null ? `it ended with exit code ${code}` : `it ended by ${signal}`),
      );
    });
    // What it left behind would hold the pipes, and write into nothing.
    if (child.pid !== undefined) killGroup(child.pid, "SIGKILL");
    await read;
    this.child = undefined;
    return how;
  }

  private async read(stream: Readable): Promise<void> {
    const { maxLineBytes, accept } = this.options;
    const origin = { address: "127.0.0.1" };
    const framer = new LineFramer(maxLineBytes, (line, continuation) => accept(line, origin, continuation));
    stream.on("data", (chunk: Buffer) => {
      this.chunks++;
      framer.push(chunk);
    });
    // A pipe that cannot be read any more is at its end.
    stream.on("error", () => undefined);
    await closed(stream);
    framer.end();
  }

  private async end(child: ChildProcess): Promise<void> {
    const { world } = this.options;
    const { pid } = child;
    this.setHeld(false);
    if (pid === undefined) return;
    const over = new AbortController();
    child.once("exit", () => over.abort());
    if (child.exitCode === null && child.signalCode === null) {
      killGroup(pid, "SIGTERM");
      await world.sleep(graceMs, over.signal);
      if (!over.signal.aborted) killGroup(pid, "SIGKILL");
    }
    // A process that left the group may hold the pipes for ever.
    const streams = this.streams();
    const areClosed = Promise.all(streams.map(closed));
    await Promise.race([
      areClosed,
      untilQuiet(
        () => this.chunks,
        () => false,
        world,
      ),
    ]);
    for (const stream of streams) stream.destroy();
  }

  private streams(): readonly Readable[] {
    return [this.child?.stdout, this.child?.stderr].filter((stream) => stream !== null && stream !== undefined);
  }
}

const closed = (stream: Readable): Promise<void> =>
  new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once("close", resolve);
  });

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
