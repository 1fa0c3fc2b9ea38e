const windowMs = 60_000;

interface Counts {
  readonly accepted: number;
  readonly sent: number;
  readonly sentBytes: number;
}

export interface RatesPerSecond {
  readonly accepted: number;
  readonly sent: number;
  readonly sentBytes: number;
}

/** Means of the last minute, from counters that only grow. Told once a second or so. */
export class Rates {
  private readonly seen: { readonly at: number; readonly counts: Counts }[] = [];

  /** `at` in unix milliseconds. */
  add(at: number, counts: Counts): RatesPerSecond {
    const { seen } = this;
    // A clock that was set back would make times negative.
    if (seen.length > 0 && (seen.at(-1)?.at ?? 0) > at) seen.length = 0;
    seen.push({ at, counts });
    while (seen.length > 2 && (seen[1]?.at ?? at) <= at - windowMs) seen.shift();
    const [first] = seen;
    const seconds = first === undefined ? 0 : (at - first.at) / 1000;
    const perSecond = (name: keyof Counts): number =>
      seconds === 0 || first === undefined ? 0 : Math.round(((counts[name] - first.counts[name]) / seconds) * 10) / 10;
    return { accepted: perSecond("accepted"), sent: perSecond("sent"), sentBytes: perSecond("sentBytes") };
  }
}
