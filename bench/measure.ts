/** Times contestants in turn, so that what else the machine does hits all alike. */
export interface Contestant {
  readonly name: string;
  run(): unknown;
}

export interface Result {
  readonly name: string;
  /** Milliseconds a run. */
  readonly min: number;
  readonly median: number;
}

export function measure(contestants: readonly Contestant[], rounds: number): Result[] {
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const { name, run } of contestants) {
      const begin = process.hrtime.bigint();
      run();
      const ms = Number(process.hrtime.bigint() - begin) / 1e6;
      if (round >= 0) times.get(name)?.push(ms);
    }
  }
  return contestants.map(({ name }) => {
    const sorted = (times.get(name) ?? []).sort((a, b) => a - b);
    return { name, min: sorted[0] ?? NaN, median: sorted[sorted.length >> 1] ?? NaN };
  });
}

/** A table for people, and a JSON line for programs. `bytes`: what one run works through. */
export function report(question: string, results: readonly Result[], bytes: number, extra: object = {}): void {
  const rate = (ms: number): string => `${(bytes / ms / 1000).toFixed(0)} MB/s`;
  const out = [`\n${question}`, "                                 min ms   median ms        best"];
  for (const { name, min, median } of results) {
    out.push(
      `  ${name.padEnd(28)} ${min.toFixed(2).padStart(8)}  ${median.toFixed(2).padStart(10)}  ${rate(min).padStart(10)}`,
    );
  }
  process.stdout.write(`${out.join("\n")}\n${JSON.stringify({ question, bytes, results, ...extra })}\n`);
}
