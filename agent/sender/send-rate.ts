import type { Bell } from "../buffer/bell";
import type { Destination } from "../buffer/destination";
import { destinationKey } from "../buffer/destination";
import type { SyslogConfig } from "../config/discovery";

/** `maxSendRate` of a Logtail config. */
export interface RateLimit {
  /** Before compression. */
  readonly bytesPerSecond: number;
  /** Until when it holds, in unix seconds. @default - for ever */
  readonly until?: number;
}

/** The limit of each logstore that has one; of several configs' the lowest. */
export function rateLimits(configs: readonly SyslogConfig[]): ReadonlyMap<string, RateLimit> {
  const limits = new Map<string, RateLimit>();
  for (const { rules, ...config } of configs) {
    const limit = rules?.sendRate;
    const key = destinationKey(config satisfies Destination);
    const other = limits.get(key);
    if (limit !== undefined && (other === undefined || limit.bytesPerSecond < other.bytesPerSecond))
      limits.set(key, limit);
  }
  return limits;
}

/**
 * Keeps one logstore to a limit: a batch goes as soon as those before it are paid for, however large it is, and no batch is
 * kept back where nothing has been sent for a while. Lines that wait meanwhile are in the buffer.
 */
export class SendRate {
  private limit: RateLimit | undefined;
  /** Bytes that are not paid for, at `at` (monotonic ms). */
  private owed = 0;
  private at = 0;
  private readonly bells = new Set<Bell>();

  constructor(
    private readonly monotonic: () => number,
    private readonly now: () => Date,
  ) {}

  /** undefined: no limit. */
  set(limit: RateLimit | undefined): void {
    this.pay();
    this.limit = limit;
    for (const bell of this.bells) bell.ring();
  }

  /** Rings when the limit is another one, for who waits for `waitMs`. Returns what ends that. */
  rings(bell: Bell): () => void {
    this.bells.add(bell);
    return () => this.bells.delete(bell);
  }

  /** Milliseconds until the next batch may go. */
  get waitMs(): number {
    const limit = this.pay();
    return limit === undefined ? 0 : Math.min((this.owed / limit.bytesPerSecond) * 1000, limit.left);
  }

  sent(bytes: number): void {
    if (this.pay() !== undefined) this.owed += bytes;
  }

  /** Returns the limit that is in force, and for how many milliseconds more. */
  private pay(): { readonly bytesPerSecond: number; readonly left: number } | undefined {
    const now = this.monotonic();
    const passed = now - this.at;
    this.at = now;
    const { bytesPerSecond, until = Infinity } = this.limit ?? {};
    const left = until * 1000 - this.now().getTime();
    if (bytesPerSecond === undefined || left <= 0) {
      this.owed = 0;
      return undefined;
    }
    const paid = (passed / 1000) * bytesPerSecond;
    // Less than a byte is none: sums of fractions do not come out even.
    this.owed = paid + 1 > this.owed ? 0 : this.owed - paid;
    return { bytesPerSecond, left };
  }
}
