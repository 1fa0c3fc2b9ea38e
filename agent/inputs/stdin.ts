import type { Readable } from "node:stream";
import type { InputStatus } from "../status/status-file";
import type { World } from "../world";
import type { Input, TakeLine } from "./input";
import { untilQuiet } from "./let-go";
import { LineFramer } from "./framing/line-framer";

export interface StdinInputOptions {
  /** For events and the status. @default "stdin" */
  readonly name?: string;
  readonly stream: Readable;
  readonly maxLineBytes: number;
  readonly accept: TakeLine;
  readonly world: World;
  /** Nothing more will ever come. */
  readonly onEnd: () => void;
}

/** Lines of standard input, for programs that are piped in. Its end is told once: there is no other such stream. */
export class StdinInput implements Input {
  private held = false;
  private closed = false;
  private ended = false;
  private chunks = 0;
  private readonly framer: LineFramer;

  constructor(private readonly options: StdinInputOptions) {
    const { stream, maxLineBytes, accept } = options;
    const origin = { address: "127.0.0.1" };
    this.framer = new LineFramer(maxLineBytes, (line, continuation) => accept(line, origin, continuation));
    stream.on("data", this.onData);
    stream.once("end", this.onEnd);
    stream.once("error", this.onEnd);
    if (stream.readableEnded || stream.destroyed) this.onEnd();
  }

  private get name(): string {
    return this.options.name ?? "stdin";
  }

  get status(): InputStatus {
    const state = this.closed || this.ended ? "closed" : this.held ? "held" : "listening";
    return { input: this.name, state, address: "standard input", connections: this.ended ? 0 : 1 };
  }

  /** The pipe gets full and holds the program that writes. */
  setHeld(held: boolean): void {
    this.held = held;
    if (this.closed) return;
    if (held) this.options.stream.pause();
    else this.options.stream.resume();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    const { stream, world } = this.options;
    this.closed = true;
    stream.resume();
    await untilQuiet(
      () => this.chunks,
      () => this.ended,
      world,
    );
    stream.pause();
    stream.off("data", this.onData);
    stream.off("end", this.onEnd);
    stream.off("error", this.onEnd);
    this.framer.end();
  }

  private readonly onData = (chunk: Buffer): void => {
    this.chunks++;
    this.framer.push(chunk);
  };

  private readonly onEnd = (): void => {
    if (this.ended) return;
    this.ended = true;
    this.framer.end();
    this.options.onEnd();
  };
}
