import { linkedTo } from "../abort";
import { destinationKey, type Destination } from "../buffer/destination";
import type { Emit } from "../status/events";
import type { World } from "../world";
import { countLines } from "./file-lines";
import { SetAsideFolder, sizeOf, type SetAsidePart } from "./folder";
import { Resend, type ResendCount, type ResendOptions } from "./resend";

/** How the resend of one logstore ended. */
export interface ResendEnd extends ResendCount {
  /** Lines that were not tried, or not to an end; they are set aside as before. */
  left: number;
  /** Why some are left. */
  why?: string;
}

export interface ResendRequest {
  readonly destinations: readonly Destination[];
  /** Given up when nothing was settled for so long, in milliseconds. */
  readonly patienceMs: number;
  /** Told each second. */
  readonly tell: (count: ResendCount) => void;
  /** Nobody asks any more. */
  readonly signal: AbortSignal;
}

export interface ResendsOptions extends Omit<ResendOptions, "rate" | "folder"> {
  readonly path: string;
  readonly rateOf: (key: string) => ResendOptions["rate"];
}

const tellMs = 1_000;

/** What is asked of the lines that are set aside: to be sent again, or removed. One thing at a time for each logstore. */
export class Resends {
  readonly folder: SetAsideFolder;
  private readonly busy = new Set<string>();
  private readonly over = new AbortController();
  private readonly running = new Set<Promise<unknown>>();
  private readonly world: World;
  private readonly emit: Emit;

  constructor(private readonly options: ResendsOptions) {
    this.folder = new SetAsideFolder(options.path, options.disk);
    this.world = options.world;
    this.emit = options.emit;
  }

  /** One logstore after the other. Rejects when one of them is busy. */
  async resend(request: ResendRequest): Promise<readonly ResendEnd[]> {
    const { destinations } = request;
    for (const destination of destinations) this.mustBeFree(destination);
    for (const destination of destinations) this.busy.add(destinationKey(destination));
    try {
      return await this.tracked(this.oneByOne(request));
    } finally {
      for (const destination of destinations) this.busy.delete(destinationKey(destination));
    }
  }

  /**
   * Deletes all lines of a logstore, in this very turn. `bytes`: how many there were when they were looked at; throws when there
   * are others by now, so that none is deleted that nobody has seen.
   */
  remove(destination: Destination, bytes: number): void {
    this.mustBeFree(destination);
    const name = `${destination.project}/${destination.logstore}`;
    const found = this.folder.bytes(destination);
    if (found !== bytes) {
      throw new Error(`what is set aside for ${name} has changed meanwhile (${bytes} bytes, ${found} now); look again`);
    }
    for (const part of this.folder.parts(destination)) this.folder.remove(part);
    this.emit({ type: "SetAsideRemoved", ...destination, bytes });
  }

  /** Ends what is under way; lines that are not sent by then stay set aside. */
  async close(): Promise<void> {
    this.over.abort();
    await Promise.allSettled(this.running);
  }

  private async tracked<T>(work: Promise<T>): Promise<T> {
    this.running.add(work);
    try {
      return await work;
    } finally {
      this.running.delete(work);
    }
  }

  private mustBeFree(destination: Destination): void {
    if (!this.busy.has(destinationKey(destination))) return;
    const { project, logstore } = destination;
    throw new Error(`the lines of ${project}/${logstore} are being sent again just now; wait until that has ended`);
  }

  private async oneByOne(request: ResendRequest): Promise<readonly ResendEnd[]> {
    const ends: ResendEnd[] = [];
    for (const destination of request.destinations) ends.push(await this.resendOne(destination, request));
    return ends;
  }

  private async resendOne(destination: Destination, request: ResendRequest): Promise<ResendEnd> {
    const end = await this.run(destination, request);
    const { project, logstore, sent, refused, damaged, left, why } = end;
    const counts = { project, logstore, sent, refused, damaged, left };
    this.emit({ type: "ResendEnded", ...counts, ...(why === undefined ? {} : { why }) });
    return end;
  }

  private async run(destination: Destination, { patienceMs, tell, signal }: ResendRequest): Promise<ResendEnd> {
    const { rateOf, ...options } = this.options;
    const resend = new Resend(destination, {
      ...options,
      folder: this.folder,
      rate: rateOf(destinationKey(destination)),
    });
    let why: string | undefined;
    let failed: string | undefined;
    const stop = (because: string): void => {
      why ??= because;
      resend.stop();
    };
    const asked = listen(signal, () => stop("it was stopped"));
    const ended = listen(this.over.signal, () => stop("the agent stops"));
    const done = linkedTo(this.over.signal);
    const watching = this.watch(resend, done.signal, tell, () => {
      if (resend.stalledMs() <= patienceMs) return;
      const { lastError } = resend.count;
      stop(`nothing could be sent for ${patienceMs / 1000} s${lastError === undefined ? "" : `: ${lastError}`}`);
    });
    try {
      await resend.run();
    } catch (error) {
      failed = (error as Error).message;
    } finally {
      done.abort();
      done.release();
      asked();
      ended();
      await watching;
    }
    const left = await this.left(destination);
    // What was stopped after its last line was done.
    const because = failed ?? (left > 0 ? why : undefined);
    return { ...resend.count, left, ...(because === undefined ? {} : { why: because }) };
  }

  private async watch(resend: Resend, over: AbortSignal, tell: ResendRequest["tell"], look: () => void): Promise<void> {
    for (;;) {
      await this.world.sleep(tellMs, over);
      if (over.aborted) return;
      tell(resend.count);
      look();
    }
  }

  /** Lines that a resend had begun with and did not come to. */
  private async left(destination: Destination): Promise<number> {
    let sum = 0;
    for (const part of this.folder.parts(destination)) if (part.number !== undefined) sum += await linesIn(part);
    return sum;
  }
}

const linesIn = ({ file, from }: SetAsidePart): Promise<number> => countLines(file, from, sizeOf(file));

/** Returns what ends the listening. */
function listen(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act);
  return () => signal.removeEventListener("abort", act);
}
