import { linkedTo } from "../abort";
import type { Destination } from "../buffer/destination";
import type { Disk } from "../buffer/disk";
import type { SendRate } from "../sender/send-rate";
import { Sender, type SenderOptions } from "../sender/sender";
import type { ServiceClock } from "../sender/service-clock";
import type { LogSink } from "../sender/sink";
import type { AgentEvent, Emit } from "../status/events";
import type { World } from "../world";
import { linesOf, type FileLine } from "./file-lines";
import type { SetAsideFolder, SetAsidePart } from "./folder";
import { ResendQueue, resentLine, type ResentLine } from "./resend-queue";
import { SetAside } from "./set-aside";

/** What a resend has come to, in lines. */
export interface ResendCount extends Destination {
  /** The service has them. */
  sent: number;
  /** Of these, those that got the sending time because theirs would be refused. */
  retimed: number;
  /** Set aside once more, with the reason of now. */
  refused: number;
  /** No lines that can be read; kept in `PROJECT.LOGSTORE.damaged`. */
  damaged: number;
  lastError?: string;
}

export interface ResendOptions {
  readonly folder: SetAsideFolder;
  readonly sink: LogSink;
  readonly clock: ServiceClock;
  readonly learnTime: SenderOptions["learnTime"];
  /** What the logstore is kept to, together with what else is sent to it. */
  readonly rate: SendRate;
  /** Encoded bytes of one batch. */
  readonly batchBytes: number;
  readonly disk: Disk;
  readonly world: World;
  readonly emit: Emit;
}

/** Of one batch; what a kill doubles, at most. */
const batchLines = 960;
/** At an end before the last line: for the answers to what is under way. */
const lastAnswersMs = 2_000;
/** So many batches in a row of which the service takes no line: the cause is not mended. */
const fruitlessBatches = 3;

/**
 * Sends what one logstore has set aside, the oldest first, batch by batch, past the buffer: a line stays in its file until the
 * service has it, or it is set aside once more. A kill leaves the rest where it is, and doubles what was under way.
 *
 * reading (a batch) -> sending (the Sender, until all of it is settled; the file's name tells how far) -> reading … -> done.
 * stop, or nothing but refusals: no batch is begun any more; the one under way has a moment.
 */
export class Resend {
  readonly count: ResendCount;
  /** Monotonic milliseconds when lines were settled last, or might not go. */
  private movedAt: number;
  private readonly batches: ResendQueue;
  private readonly sender: Sender;
  private readonly stopping = new AbortController();
  private part: SetAsidePart | undefined;
  private problem: Error | undefined;
  private fruitless = 0;

  constructor(
    private readonly destination: Destination,
    private readonly options: ResendOptions,
  ) {
    const { folder, disk, world, sink, clock, learnTime, rate, batchBytes } = options;
    this.count = { ...destination, sent: 0, retimed: 0, refused: 0, damaged: 0 };
    this.movedAt = world.monotonic();
    const limits = { bytes: batchBytes, lines: batchLines };
    this.batches = new ResendQueue(destination, limits, world, () => this.settled());
    this.sender = new Sender({
      queue: this.batches.queue,
      sink,
      // They lie on this disk already: no limit keeps them from it.
      setAside: new SetAside(folder.path, Infinity, disk),
      lingerMs: 0,
      concurrency: 1,
      maxAgeMs: Infinity,
      clock,
      learnTime,
      rate,
      world,
      emit: (event) => this.on(event),
    });
  }

  /** For how many milliseconds lines have been under way without any of them being settled; what waits for the logstore's `maxSendRate` does not count. To be asked now and then. */
  stalledMs(): number {
    const now = this.options.world.monotonic();
    if (this.batches.empty || this.sender.state === "limited") this.movedAt = now;
    return now - this.movedAt;
  }

  /** Ends it soon; what is not sent by then stays set aside. */
  stop(): void {
    this.stopping.abort();
  }

  /** Resolves when everything that was set aside before is settled, or after stop(). Rejects when the files cannot be read or changed, or the cause is not mended. */
  async run(): Promise<void> {
    const { folder } = this.options;
    try {
      for (const part of folder.beginResend(this.destination)) {
        if (this.stopping.signal.aborted) break;
        this.part = part;
        await this.send(part);
      }
    } finally {
      this.stop();
      await this.sender.abort();
      this.batches.close();
      folder.sync();
    }
  }

  private async send({ file, from }: SetAsidePart): Promise<void> {
    let batch: ResentLine[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      await this.sendBatch(batch);
      [batch, bytes] = [[], 0];
    };
    for await (const lines of linesOf(file, from)) {
      for (const line of lines) {
        if (this.stopping.signal.aborted) return;
        const next = resentLine(line);
        if (next === undefined) {
          // What stands before it first: damage that cannot be kept must not have lines behind it sent again each time.
          if (batch.length > 0) await flush();
          if (!this.stopping.signal.aborted) this.passDamaged(line);
          continue;
        }
        batch.push(next);
        bytes += next.log?.bytes.length ?? 0;
        if (bytes >= this.options.batchBytes || batch.length >= batchLines) await flush();
      }
    }
    if (batch.length > 0) await flush();
    if (this.batches.empty && this.part !== undefined) this.options.folder.remove(this.part);
  }

  private async sendBatch(lines: readonly ResentLine[]): Promise<void> {
    const { batches, stopping, count } = this;
    const { sent, refused } = count;
    this.movedAt = this.options.world.monotonic();
    batches.put(lines);
    await batches.emptied(stopping.signal);
    if (!batches.empty) await this.lastAnswers();
    this.settled();
    this.options.folder.sync();
    if (this.problem !== undefined) throw this.problem;
    if (count.sent > sent) this.fruitless = 0;
    else if (count.refused > refused && ++this.fruitless === fruitlessBatches) {
      throw new Error(
        `the service takes none of them, it refused ${count.refused} so far: ${count.lastError ?? "unknown"}`,
      );
    }
  }

  private async lastAnswers(): Promise<void> {
    const over = linkedTo(this.sender.signal);
    void this.options.world.sleep(lastAnswersMs, over.signal).then(over.abort);
    await this.batches.emptied(over.signal);
    over.abort();
    over.release();
  }

  /** Notes in the file's name how far it is settled. */
  private settled(): void {
    this.movedAt = this.options.world.monotonic();
    const to = this.batches.settledUpTo();
    if (to !== undefined) this.note(to);
  }

  private note(to: number): void {
    const { part, options } = this;
    if (part === undefined || this.problem !== undefined) return;
    try {
      this.part = options.folder.settled(this.destination, part, to);
    } catch (error) {
      this.problem = new Error(
        `what was sent cannot be noted in ${options.folder.path} (${(error as Error).message}): the last batch is sent again next time`,
      );
      this.stop();
    }
  }

  /** Keeps it apart. Throws when there is no room for that: it must not be passed then. */
  private passDamaged(line: FileLine): void {
    if (this.part === undefined) return;
    this.options.folder.keepDamaged(this.destination, this.part, line);
    this.count.damaged++;
    this.note(line.to);
    if (this.problem !== undefined) throw this.problem;
  }

  /** The sender's own events are of lines that come in; these are told apart from them. */
  private on(event: AgentEvent): void {
    const { count } = this;
    const { emit } = this.options;
    if (event.type === "BatchSent") {
      count.sent += event.lines;
      emit({ type: "LinesResent", ...this.destination, lines: event.lines, bytes: event.bytes });
      return;
    }
    if (event.type === "LinesSetAside") {
      count.refused += event.lines;
      count.lastError = event.message;
      return;
    }
    if (event.type === "TimesReplaced") count.retimed += event.lines;
    if (event.type === "SendFailed") count.lastError = event.message;
    emit(event);
  }
}
