import type { ChildProcess } from "node:child_process";
import type { Emit } from "../../status/events";
import type { InputStatus } from "../../status/status-file";
import type { Waits } from "../../status/waits";
import type { World } from "../../world";
import { datagramTaker } from "./datagram";
import type { Input, InputState, TakeLine } from "../input";
import { start } from "../start";
import { unixgramReader } from "./unixgram-reader";

export interface UnixgramInputOptions {
  /** For events and the status. @default "unixgram" */
  readonly name?: string;
  readonly path: string;
  readonly maxLineBytes: number;
  readonly accept: TakeLine;
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
  /** The program that reads the socket. @default "perl" */
  readonly perl?: string;
}

const retryMs = 1_000;
const noBytes = Buffer.alloc(0);

/**
 * Lines of a unix datagram socket, one a datagram, as syslog(3) writes them. waiting (for the path, for perl) ->
 * listening <-> held -> closed. While it is held the socket gets full, and the kernel holds who writes.
 */
export class UnixgramInput implements Input {
  private child: ChildProcess | undefined;
  private ready = false;
  private announced = false;
  private held = false;
  private readonly stop = new AbortController();
  private readonly running: Promise<void>;

  constructor(private readonly options: UnixgramInputOptions) {
    this.running = this.run();
  }

  get state(): InputState {
    if (this.stop.signal.aborted) return "closed";
    if (this.held) return "held";
    return this.ready ? "listening" : "waiting";
  }

  private get name(): string {
    return this.options.name ?? "unixgram";
  }

  get status(): InputStatus {
    return { input: this.name, state: this.state, address: this.options.path, connections: 0 };
  }

  setHeld(held: boolean): void {
    this.held = held;
    if (held) this.child?.stdout?.pause();
    else this.child?.stdout?.resume();
  }

  async close(): Promise<void> {
    if (this.stop.signal.aborted) return this.running;
    this.stop.abort();
    this.child?.stdout?.resume();
    this.child?.stdin?.end();
    await this.running;
    if (this.announced) this.options.emit({ type: "ListeningStopped", input: this.name });
  }

  private get waitsFor(): string {
    return `socket ${this.options.path}`;
  }

  private async run(): Promise<void> {
    const { world, waits } = this.options;
    while (!this.stop.signal.aborted) {
      const why = await this.once();
      if (this.stop.signal.aborted) break;
      waits.begin(this.waitsFor, `${why}; trying again every second`);
      await world.sleep(retryMs, this.stop.signal);
    }
    waits.end(this.waitsFor);
  }

  /** Reads until the reader ends; resolves with why it did. */
  private async once(): Promise<string> {
    const { path, perl = "perl" } = this.options;
    const child = start(perl, ["-e", unixgramReader, path], { stdio: ["pipe", "pipe", "pipe"], env: {} });
    if (typeof child === "string") return `its reader cannot be started: ${child}`;
    this.child = child;
    let errors = "";
    // Without open files left there are no pipes; the error is told below.
    child.stdin?.on("error", () => undefined);
    child.stdout?.on("data", this.framer());
    child.stderr?.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-500);
      if (!this.ready && errors.includes("ready\n")) this.bound();
    });
    if (this.held) child.stdout?.pause();
    const why = await new Promise<string>((resolve) => {
      child.once("error", (error: NodeJS.ErrnoException) =>
        resolve(
          error.code === "ENOENT"
            ? "perl is needed to read it; install perl-base, or use a unix stream socket"
            : error.message,
        ),
      );
      child.once("close", () => resolve(errors.replace(/^ready\n/, "").trim() || "its reader has ended"));
    });
    this.child = undefined;
    this.ready = false;
    return why;
  }

  private bound(): void {
    const { emit, waits, path } = this.options;
    this.ready = true;
    waits.end(this.waitsFor);
    if (this.announced) return;
    this.announced = true;
    emit({ type: "Listening", input: this.name, address: path });
  }

  /** Cuts the reader's output into datagrams. */
  private framer(): (chunk: Buffer) => void {
    const take = datagramTaker(this.options.maxLineBytes, this.options.accept);
    let rest: Buffer = noBytes;
    return (chunk) => {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        const length = bytes.length < 4 ? Infinity : bytes.readUInt32BE(0);
        if (bytes.length < 4 + length) break;
        take(bytes.subarray(4, 4 + length), "127.0.0.1");
        bytes = bytes.subarray(4 + length);
      }
      rest = bytes;
    };
  }
}
