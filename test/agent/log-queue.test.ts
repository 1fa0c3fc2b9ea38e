import { describe, expect, it } from "vitest";
import { MemoryQueue, type Batch } from "../../agent/buffer/log-queue";
import { logsOf, toRecord, type LogRecord } from "../../agent/buffer/record";

const limits = { bytes: 10_000, lines: 3 };
const record = (msg: string, source = "10.0.0.1", topic = ""): LogRecord =>
  toRecord({ time: 1, contents: [["msg", msg]] }, topic, source);
const messages = (records: Iterable<LogRecord>): unknown[] =>
  logsOf([...records]).map(({ contents }) => contents[0]?.[1]);
const queueOf = (...records: LogRecord[]): MemoryQueue => {
  const queue = new MemoryQueue({ project: "p", logstore: "l" }, limits);
  for (const r of records) queue.append(r);
  return queue;
};
const taken = (queue: MemoryQueue, bytes = limits.bytes): Batch => {
  const batch = queue.take({ ...limits, bytes });
  if (!batch) throw new Error("nothing to take");
  return batch;
};

describe("a queue in memory", () => {
  it("gives batches of what shares topic and source, oldest first, within the limits", () => {
    const queue = queueOf(record("a1"), record("b1", "10.0.0.2"), record("a2"), record("a3"), record("a4"));
    const batches = [taken(queue), taken(queue), taken(queue)].map(({ source, records }) => [
      source,
      messages(records),
    ]);
    expect(batches).toEqual([
      ["10.0.0.1", ["a1", "a2", "a3"]],
      ["10.0.0.2", ["b1"]],
      ["10.0.0.1", ["a4"]],
    ]);
    expect(queue.take(limits)).toBeUndefined();
  });

  it("gives a record that is larger than the limit alone", () => {
    const queue = queueOf(record("x".repeat(500)), record("y"));
    expect(taken(queue, 100).records).toHaveLength(1);
  });

  it("counts what is taken until it is acknowledged", () => {
    const queue = queueOf(record("1"), record("2"));
    const batch = taken(queue);
    expect(queue.lines).toBe(2);
    queue.ack(batch, 1);
    expect([queue.lines, messages(batch.records)]).toEqual([1, ["2"]]);
    queue.ack(batch, 1);
    expect([queue.lines, queue.bytes]).toEqual([0, 0]);
  });

  it("puts what is given back before what came later", () => {
    const queue = queueOf(record("1"), record("2"), record("3"), record("4"));
    const batch = taken(queue);
    queue.ack(batch, 1);
    queue.append(record("5"));
    queue.giveBack(batch);
    expect(messages(queue.unsettled())).toEqual(["2", "3", "4", "5"]);
    expect(messages(taken(queue).records)).toEqual(["2", "3", "4"]);
  });

  it("counts a batch under way among the unsettled", () => {
    const queue = queueOf(record("1"), record("2"), record("3"), record("4"));
    taken(queue);
    expect(messages(queue.unsettled())).toEqual(["1", "2", "3", "4"]);
  });

  it("stays in order over a backlog of many batches", () => {
    const queue = queueOf();
    for (let i = 0; i < 20_000; i++) queue.append(record(String(i)));
    const seen: unknown[] = [];
    for (let batch = queue.take({ bytes: 1e9, lines: 1000 }); batch; batch = queue.take({ bytes: 1e9, lines: 1000 })) {
      seen.push(...messages(batch.records));
      queue.ack(batch, batch.records.length);
    }
    expect(seen).toEqual(Array.from({ length: 20_000 }, (_, i) => String(i)));
  });
});
