/** What came, and what was answered. No header and no body is kept, and no signature or token of a query: no secret is in it. */
export interface RequestLogEntry {
  /** Counts from 1. */
  readonly number: number;
  readonly at: Date;
  readonly method: string;
  readonly host: string;
  /** The first 2,048 characters. */
  readonly url: string;
  /** The API's name; `-` when none matched. */
  readonly operation: string;
  readonly project?: string;
  /** 0: nothing was answered, for the connection ended before. */
  readonly status: number;
  readonly errorCode?: string;
  /** What the client says that it is (User-Agent). */
  readonly client?: string;
  /** The address that it came from. */
  readonly peer: string;
  /** Who the request says that it is from; whether it is true, its status tells. */
  readonly accessKeyId?: string;
  /** Bytes of the bodies, as sent. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** From the request's head to when the reply was ready to be sent. */
  readonly durationMs: number;
  /** The local cloud does not serve it: an operation, an action, or a name. */
  readonly unsupported?: true;
  /** What was made to go wrong, by rule: `f1 error ServerBusy`. */
  readonly fault?: string;
}

const kept = 10_000;
const maxUrl = 2048;

/** The last 10,000 requests, oldest first. */
export class RequestLog {
  readonly entries: RequestLogEntry[] = [];
  total = 0;
  /** Of all that came. */
  unsupported = 0;

  add(entry: Omit<RequestLogEntry, "number">): void {
    this.entries.push({ number: ++this.total, ...entry, url: shownUrl(entry.url) });
    if (entry.unsupported) this.unsupported++;
    if (this.entries.length > kept) this.entries.splice(0, this.entries.length - kept);
  }

  /** Those with a number above `number`. */
  after(number: number): RequestLogEntry[] {
    const first = this.entries[0]?.number ?? 1;
    return this.entries.slice(Math.max(0, number + 1 - first));
  }
}

const shownUrl = (url: string): string =>
  url.replace(/([?&](?:Signature|SecurityToken|OIDCToken|SAMLAssertion)=)[^&]*/gi, "$1***").slice(0, maxUrl);
