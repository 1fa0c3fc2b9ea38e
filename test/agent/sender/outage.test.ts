/** A service that is away for long: nothing is given up for the number of tries, and trying costs next to nothing. */
import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import { bufferIn } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import { diskError } from "../support/full-disk";
import { folderWith, recovered } from "../support/segments";
import { numbers, refusal, senderBench, type SenderBench } from "../support/sender-bench";
import { ManualWorld } from "../support/world";

const hour = 3_600_000;
const failures = [
  refusal("RequestError", 0),
  refusal("RequestTimeout", 0),
  refusal("BadResponse", 200),
  refusal("InternalServerError", 500),
  refusal("ServerBusy", 503),
  refusal("WriteQuotaExceed", 403),
  refusal("Unauthorized", 401),
  refusal("SignatureNotMatch", 401),
  refusal("ProjectNotExist", 404),
  refusal("LogStoreNotExist", 404),
  refusal("RequestTimeExpired", 400),
  refusal("CredentialsMissing", 0),
];

describe("an outage", () => {
  it("of 23 hours settles no line on disk, however often and however it failed; then all are sent once, in order", async () => {
    const bufferFolder = temporaryFolder();
    const world = new ManualWorld();
    const buffer = bufferIn(bufferFolder, { world });
    const { sink, put, queue, events } = senderBench({ world, buffer });
    sink.answer = () => failures[sink.tries.length % failures.length];
    put(...numbers(50));
    for (let n = 0; n < 23; n++) await world.pass(hour);
    expect(sink.tries.length).toBeGreaterThan(1_000);
    expect([queue.lines, buffer.buffer.dropped]).toEqual([
      50,
      { bufferFull: 0, tooOld: 0, damaged: 0, setAsideFull: 0 },
    ]);
    expect(events.filter(({ type }) => type === "LinesSetAside")).toEqual([]);
    // What a kill would find.
    await buffer.written();
    expect(await (await recovered(bufferFolder)).left()).toEqual(numbers(50));
    sink.answer = () => undefined;
    await world.pass(2 * 60_000);
    expect(sink.values("msg")).toEqual(numbers(50));
    expect(await (await recovered(bufferFolder)).left()).toEqual([]);
  });
});

describe("what fails for ever is tried at most every few seconds:", () => {
  const tries = async ({ world, sink, events, queue }: SenderBench): Promise<number> => {
    const before = sink.tries.length + events.length;
    await world.pass(hour);
    expect(queue.lines).toBe(1);
    return sink.tries.length + events.length - before;
  };
  // A pause of 30 s is 15 s at least; each try has an event.
  const most = 2 * 270;

  it.each(failures.map((error) => [error.code, error] as const))("%s", async (_, error) => {
    const bench = senderBench();
    bench.world.chance = 0;
    bench.sink.answer = () => error;
    bench.put("1");
    expect(await tries(bench)).toBeLessThan(most);
  });

  it("a client that throws what is no answer", async () => {
    const bench = senderBench();
    bench.world.chance = 0;
    bench.sink.putLogs = () => {
      bench.sink.tries.length++;
      throw new TypeError("a bug");
    };
    bench.put("1");
    expect(await tries(bench)).toBeLessThan(most);
  });

  it.each(["PostBodyInvalid", "PostBodyTooLarge", "SomethingNew"])(
    "a line that is refused (%s) and cannot be set aside",
    async (code) => {
      const bench = senderBench();
      bench.world.chance = 0;
      bench.sink.answer = () => refusal(code);
      rmSync(bench.folder, { recursive: true });
      writeFileSync(bench.folder, "");
      bench.put("1");
      expect(await tries(bench)).toBeLessThan(most);
    },
  );

  it("lines that cannot be read back", async () => {
    let fails = false;
    const read: Disk["read"] = (...args) => (fails ? Promise.reject(diskError("EMFILE")) : realDisk.read(...args));
    const world = new ManualWorld();
    const buffer = bufferIn(await folderWith(["1"]), { world, disk: { ...realDisk, read } });
    await buffer.buffer.recover();
    fails = true;
    const bench = senderBench({ world, buffer });
    bench.world.chance = 0;
    expect(await tries(bench)).toBeLessThan(most);
    expect(bench.sink.tries).toEqual([]);
  });

  it("a service that minds the time whatever it is told", async () => {
    const bench = senderBench();
    bench.world.chance = 0;
    let ahead = 0;
    // Another time at each answer.
    bench.sink.answer = () =>
      refusal("RequestTimeExpired", 400, new Date(bench.world.now().getTime() + (ahead = 2 * hour - ahead)));
    bench.put("1");
    // Each second try comes at once, and the clock is told of, too.
    expect(await tries(bench)).toBeLessThan(2 * most);
  });
});
