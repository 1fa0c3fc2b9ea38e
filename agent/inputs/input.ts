import type { InputStatus } from "../status/status-file";
import type { Origin } from "./intake";

/** Takes the line that lies from `from` to `to` for good, or returns false. The bytes are not kept. */
export type TakeRange = (bytes: Buffer, from: number, to: number, origin: Origin) => boolean;

/** Takes a line for good. `continuation` is set on the rest of a line that was longer than the limit. */
export interface TakeLine {
  (line: Buffer, origin: Origin, continuation: boolean): void;
  /** Asked first, where it is there: a way that makes no object for each line. */
  readonly range?: TakeRange;
}

/** Cuts the bytes of one connection into lines. */
export interface Framer {
  push(chunk: Buffer): void;
  /** The connection is over: what came without an end is a line too. */
  end(): void;
}

/** waiting (for its port, its file, …) -> listening <-> held (the buffer is full) -> closed. */
export type InputState = InputStatus["state"];

/** One way in for lines: open from its construction until close(). */
export interface Input {
  readonly status: InputStatus;
  /** Holds the peers back, or lets them go on. */
  setHeld(held: boolean): void;
  /** Resolves when everything that has come is read and nothing is open any more. */
  close(): Promise<void>;
}
