export interface Datagram {
  readonly bytes: Buffer;
  /** Who sent it. */
  readonly address: string;
}

/** What a datagram costs beside its bytes; without this empty ones would be free. */
const overheadBytes = 512;

/** Datagrams that wait while the buffer is full, the oldest first, up to so many bytes with what they cost themselves. */
export class HeldDatagrams {
  private waiting: Datagram[] = [];
  /** Those before it are taken. */
  private next = 0;
  private bytes = 0;

  constructor(private readonly mostBytes: number) {}

  get length(): number {
    return this.waiting.length - this.next;
  }

  /** Returns false, and keeps nothing, when there is no room. */
  add(datagram: Datagram): boolean {
    const cost = costOf(datagram);
    if (this.bytes + cost > this.mostBytes) return false;
    this.waiting.push(datagram);
    this.bytes += cost;
    return true;
  }

  take(): Datagram | undefined {
    const datagram = this.waiting[this.next++];
    if (datagram !== undefined) this.bytes -= costOf(datagram);
    if (this.next >= this.waiting.length || this.next > this.waiting.length / 2) {
      // Not one by one: each would move all that come after it.
      this.waiting = this.waiting.slice(this.next);
      this.next = 0;
    }
    return datagram;
  }
}

const costOf = ({ bytes }: Datagram): number => bytes.length + overheadBytes;
