import { SlsError } from "../../sls/model/errors";
import type { Block } from "../buffer/block";
import { retimed, skipLogs, type TimeRange } from "../buffer/log-bytes";
import type { Sender } from "./sender";
import { asSlsError, verdictOf } from "./verdict";

/** The service refuses a log that is older or newer than this, and its whole request with it. */
const oldestSeconds = 7 * 24 * 3600 - 300;
/** Below the 15 minutes by the 60 s that our clock may be ahead unnoticed (service-clock.ts), and half a minute for the way. */
const newestSeconds = 15 * 60 - 90;
/** Tries for a refusal that is not known, before the lines are set aside. */
const refusedTries = 5;
/** So many lines in a row refused one by one, and none taken in between: it is not about single lines, halving stops. */
const fruitlessHalvings = 64;

/**
 * One block on its way. It leaves the queue only when the service said 200 or its lines were set aside on disk; pieces of a
 * block that had to be halved are settled from the front. What is left at an abort goes back to the queue.
 */
export class Delivery {
  /** Lines of the pieces that are to be sent one after the other. */
  private readonly pieces: number[];
  private fruitless = 0;
  private refusals = 0;
  private clockTries = 0;
  private unread = 0;

  constructor(
    private readonly block: Block,
    private readonly sender: Sender,
  ) {
    this.pieces = [block.lines];
  }

  /** Until every line is sent, set aside or too old, or the sender is aborted. */
  async run(): Promise<void> {
    const { block, sender } = this;
    const { queue, maxAgeMs } = sender.options;
    while (block.lines > 0 && !sender.signal.aborted) {
      if (queue.ageOf(block) > maxAgeMs) {
        queue.drop(block, "tooOld");
        break;
      }
      if (block.bytes === undefined && !(await this.load())) continue;
      const size = this.nextSize();
      await sender.leave(size);
      const round = await sender.gate.enter(sender.signal);
      if (round === undefined) {
        sender.arrived(size, false);
        break;
      }
      const error = await this.send(size);
      sender.arrived(size, error === undefined);
      // The gate is shut, where it is to be, before the place is free.
      const handled = sender.signal.aborted || error === undefined ? undefined : this.failed(error, size, round);
      sender.gate.leave();
      if (error === undefined) this.pieces.shift();
      await handled;
    }
    queue.giveBack(block);
  }

  /** Returns whether there is something to send now; lines that cannot be read back wait. */
  private async load(): Promise<boolean> {
    const { block, sender } = this;
    try {
      await sender.options.queue.load(block);
      this.unread = 0;
      return block.lines > 0;
    } catch (error) {
      const message = `lines could not be read back from disk (${(error as Error).message}); they stay there and are tried again`;
      await sender.sleep("later", new SlsError("BufferNotRead", message), ++this.unread);
      return false;
    }
  }

  /** Lines of the next request. */
  private nextSize(): number {
    const { block, sender, pieces } = this;
    const size = Math.min(pieces[0] ?? block.lines, block.lines);
    const most = sender.mostLines;
    if (size <= most) return size;
    pieces.splice(0, 1, most, size - most);
    return most;
  }

  private async failed(error: SlsError, size: number, round: number): Promise<void> {
    const { sender } = this;
    const verdict = verdictOf(error);
    if (verdict !== "clock") this.clockTries = 0;
    switch (verdict) {
      case "clock":
        // Once at once, whoever learnt the time; if the service still minds, something else is wrong with the clock.
        sender.options.learnTime(error);
        if (++this.clockTries % 2 === 0) await sender.pause("person", error, round);
        break;
      case "tooLarge":
      case "contents":
        if (size > 1 && this.fruitless < fruitlessHalvings) {
          this.pieces.splice(0, 1, Math.ceil(size / 2), Math.floor(size / 2));
          sender.tell({ type: "BatchSplit", lines: size, code: error.code });
        } else if (await this.putAside(size, error, round)) this.fruitless++;
        break;
      case "refused":
        if (++this.refusals < refusedTries) await sender.sleep("refused", error, this.refusals);
        else await this.putAside(size, error, round);
        break;
      case "later":
      case "quota":
      case "person":
        await sender.pause(verdict, error, round);
        break;
      default:
        verdict satisfies never;
    }
  }

  /** One try with the first `size` lines; they are settled when the service has them. */
  private async send(size: number): Promise<SlsError | undefined> {
    const { block, sender } = this;
    const { queue, sink, world, clock } = sender.options;
    const { project, logstore } = queue.destination;
    const bytes = this.bytesOf(size);
    const { group, replaced } = this.groupOf(bytes);
    const begun = world.monotonic();
    const { hashKey } = block.lane.face;
    try {
      const reply = await sink.putLogs(project, logstore, group, { signal: sender.requestSignal, hashKey });
      queue.settle(block, size, bytes);
      sender.succeeded();
      this.refusals = 0;
      this.fruitless = 0;
      this.clockTries = 0;
      if (reply.serverTime) clock.learn(reply.serverTime);
      if (replaced > 0) sender.replaced(replaced);
      const ms = Math.round(world.monotonic() - begun);
      sender.tell({ type: "BatchSent", lines: size, bytes: reply.bytes, ms, requestId: reply.requestId });
      return undefined;
    } catch (error) {
      return asSlsError(error);
    }
  }

  private bytesOf(lines: number): number {
    const { block } = this;
    return lines === block.lines ? block.size : skipLogs(this.logs, block.from, lines) - block.from;
  }

  private get logs(): Buffer {
    const { bytes } = this.block;
    if (bytes === undefined) throw new Error("a block was sent that is not in memory");
    return bytes;
  }

  /**
   * The LogGroup of the next `size` bytes. Where they are the whole block nothing is copied: topic and source are written
   * behind them. A single line out of the accepted times would cost its whole request: such lines get the sending time.
   */
  private groupOf(size: number): { readonly group: Uint8Array; readonly replaced: number } {
    const { block, logs } = this;
    const { trailer } = block.lane;
    const end = block.from + size;
    const now = Math.floor(this.sender.options.clock.now().getTime() / 1000);
    const range: TimeRange = { min: now - oldestSeconds, max: now + newestSeconds };
    if (block.minTime < range.min || block.maxTime > range.max) {
      const { bytes, replaced } = retimed(logs.subarray(block.from, end), range, now);
      return { group: Buffer.concat([bytes, trailer]), replaced };
    }
    if (end !== block.to || end + trailer.length > logs.length) {
      return { group: Buffer.concat([logs.subarray(block.from, end), trailer]), replaced: 0 };
    }
    trailer.copy(logs, end);
    return { group: logs.subarray(block.from, end + trailer.length), replaced: 0 };
  }

  /** Leaves the lines where they are, after a pause, when the disk does not take them. Returns whether it did. */
  private async putAside(size: number, error: SlsError, round: number): Promise<boolean> {
    const { block, sender } = this;
    const { queue, setAside, world } = sender.options;
    const bytes = this.bytesOf(size);
    try {
      const logs = this.logs.subarray(block.from, block.from + bytes);
      const file = setAside.add(queue.destination, block.lane.face, logs, error, world.now());
      const { code, message } = error;
      if (file === undefined) queue.dropFirst(block, size, bytes, "setAsideFull");
      else queue.settle(block, size, bytes);
      this.pieces.shift();
      if (file !== undefined) sender.tell({ type: "LinesSetAside", lines: size, code, message, file });
      else {
        const full = setAside.fileOf(queue.destination);
        sender.tell({ type: "LinesNotSetAside", lines: size, code, message, file: full });
      }
      return true;
    } catch (problem) {
      const message = `lines are refused (${error.message}) and could not be set aside: ${(problem as Error).message}`;
      await sender.pause("person", new SlsError("SetAsideFailed", message), round);
      return false;
    }
  }
}
