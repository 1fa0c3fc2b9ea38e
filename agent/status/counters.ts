import type { AgentEvent } from "./events";

/** A count for each combination of label values. */
export class LabelledCount {
  private readonly counts = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();

  add(labels: Readonly<Record<string, string>>, value: number): void {
    const key = JSON.stringify(labels);
    const had = this.counts.get(key);
    if (had) had.value += value;
    else this.counts.set(key, { labels, value });
  }

  all(): { readonly labels: Readonly<Record<string, string>>; readonly value: number }[] {
    return [...this.counts.values()];
  }
}

/** Seconds; what takes longer is in none but the last. */
const durationBuckets: readonly number[] = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How often something took how long, cumulated as Prometheus wants it. */
export class Durations {
  readonly buckets = durationBuckets.map((upTo) => ({ upTo, count: 0 }));
  count = 0;
  seconds = 0;

  add(seconds: number): void {
    this.count++;
    this.seconds += seconds;
    for (const bucket of this.buckets) if (seconds <= bucket.upTo) bucket.count++;
  }
}

type Readers = { readonly [T in AgentEvent["type"]]?: (event: Extract<AgentEvent, { type: T }>) => void };

/** Counters for /metrics, read off the events; what the status tells already is not counted here again. */
export class Counters {
  readonly sentLines = new LabelledCount();
  readonly sentBytes = new LabelledCount();
  readonly sentBatches = new LabelledCount();
  readonly failedTries = new LabelledCount();
  readonly setAsideLines = new LabelledCount();
  readonly resentLines = new LabelledCount();
  readonly droppedDatagrams = new LabelledCount();
  readonly idleConnections = new LabelledCount();
  readonly sendDuration = new Durations();
  clockOffsetSeconds = 0;

  private readonly readers: Readers = {
    BatchSent: ({ project, logstore, lines, bytes, ms }) => {
      const labels = { project, logstore };
      this.sentLines.add(labels, lines);
      this.sentBytes.add(labels, bytes);
      this.sentBatches.add(labels, 1);
      this.sendDuration.add(ms / 1000);
    },
    SendFailed: ({ project, logstore, code }) => this.failedTries.add({ project, logstore, code }, 1),
    LinesSetAside: ({ project, logstore, lines }) => this.setAsideLines.add({ project, logstore }, lines),
    LinesResent: ({ project, logstore, lines }) => this.resentLines.add({ project, logstore }, lines),
    DatagramsDropped: ({ input, by, datagrams }) => this.droppedDatagrams.add({ input, by }, datagrams),
    IdleConnectionsEnded: ({ input, connections }) => this.idleConnections.add({ input }, connections),
    ClockCorrected: ({ offsetMs }) => void (this.clockOffsetSeconds = offsetMs / 1000),
  };

  readonly on = (event: AgentEvent): void => {
    (this.readers[event.type] as ((event: AgentEvent) => void) | undefined)?.(event);
  };
}
