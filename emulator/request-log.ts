/** What came, and what was answered. No header and no body is kept: no secret is in it. */
export interface RequestLogEntry {
  /** Counts from 1. */
  readonly number: number;
  readonly at: Date;
  readonly method: string;
  readonly host: string;
  readonly url: string;
  /** The API's name; `-` when none matched. */
  readonly operation: string;
  readonly project?: string;
  readonly status: number;
  readonly errorCode?: string;
  /** What the client says that it is (User-Agent). */
  readonly client?: string;
}

const kept = 10_000;

/** The last 10,000 requests, oldest first. */
export class RequestLog {
  readonly entries: RequestLogEntry[] = [];
  total = 0;

  add(entry: Omit<RequestLogEntry, "number">): void {
    this.entries.push({ number: ++this.total, ...entry });
    if (this.entries.length > kept) this.entries.splice(0, this.entries.length - kept);
  }

  /** Those with a number above `number`. */
  after(number: number): RequestLogEntry[] {
    const first = this.entries[0]?.number ?? 1;
    return this.entries.slice(Math.max(0, number + 1 - first));
  }
}
