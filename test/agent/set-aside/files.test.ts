import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SetAsideCounts } from "../../../agent/set-aside/counts";
import { countLines, linesOf } from "../../../agent/set-aside/file-lines";
import { SetAsideFolder } from "../../../agent/set-aside/folder";
import { decodeRecord, encodeRecord } from "../../../agent/set-aside/record";
import { foundLines, summaryOf } from "../../../agent/set-aside/summary";
import fc from "../../support/property";
import { temporaryFolder } from "../support/folder";
import { p } from "../support/resend-bench";

const q = { project: "p", logstore: "other" };
const why = { setAsideAt: "2026-11-21T09:00:00.000Z", code: "PostBodyInvalid", reason: "no" };
const record = (msg: string, of: Partial<typeof why> = {}): string =>
  encodeRecord(p, { ...why, ...of, face: { topic: "", source: "" }, log: { time: 1, contents: [["msg", msg]] } });

/** Bytes that are not UTF-8 are told from text by what they are, as the service's own encoding has them. */
const notText = fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from([0xff, ...bytes]));
const key = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("msg", "1", "0", "__proto__", ""));
const pairs = fc.array(fc.tuple(key, fc.oneof(fc.string({ unit: "binary" }), notText)), { maxLength: 5 });

describe("a record of a line set aside", () => {
  it("gives back every log with all of its fields in their order, and where it was to go", () => {
    const tags = fc.option(fc.array(fc.tuple(key, fc.string({ unit: "binary" })), { minLength: 1, maxLength: 3 }));
    const whole = fc.record({
      time: fc.nat({ max: 0xffffffff }),
      timeNs: fc.option(fc.nat({ max: 999_999_999 }), { nil: undefined }),
      contents: pairs,
    });
    const face = fc.record({
      topic: fc.string(),
      source: fc.string(),
      hashKey: fc.option(fc.string(), { nil: undefined }),
    });
    fc.assert(
      fc.property(whole, face, tags, ({ timeNs, ...log }, { hashKey, ...rest }, tagPairs) => {
        const given = {
          ...why,
          face: {
            ...rest,
            ...(hashKey === undefined ? {} : { hashKey }),
            ...(tagPairs === null ? {} : { tags: tagPairs }),
          },
          log: { ...log, ...(timeNs === undefined ? {} : { timeNs }) },
        };
        expect(decodeRecord(Buffer.from(encodeRecord(p, given)))).toEqual(given);
      }),
    );
  });

  it.each([
    ["{", /JSON/],
    ["[]", /^the line is no object$/],
    [record("m").replace('"time":1', '"time":1.5'), /^time is no whole number from 0 to 4294967295$/],
    [record("m").replace('"m"', "7"), /^msg is no object$/],
    [record("m").replace('"m"', '{"base64":7}'), /^msg is no text$/],
    [record("m").replace('"source":""', '"source":null'), /^source is no text$/],
    [record("m").replace('{"msg":"m"}', '["msg"]'), /^contents holds something that is no pair$/],
  ])("says what is wrong with %s", (text, problem) => {
    expect(() => decodeRecord(Buffer.from(text))).toThrow(problem);
  });

  it("is none where its bytes are not UTF-8 any more", () => {
    const bytes = Buffer.from(record("m"));
    bytes[bytes.indexOf('"m"') + 1] = 0xff;
    expect(() => decodeRecord(bytes)).toThrow();
  });
});

describe("lines of a file", () => {
  const read = async (file: string, from = 0): Promise<[from: number, to: number, size: number | undefined][]> => {
    const found: [number, number, number | undefined][] = [];
    for await (const lines of linesOf(file, from)) for (const l of lines) found.push([l.from, l.to, l.bytes?.length]);
    return found;
  };

  it("are found whatever their lengths are, from wherever one begins, and counted alike", async () => {
    const file = join(temporaryFolder(), "f");
    const around = [0, 1, 5, 262_143, 262_144, 262_145, 600_000];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...around), { maxLength: 6 }), fc.boolean(), async (sizes, ended) => {
        const text = sizes.map((size) => "x".repeat(size)).join("\n");
        writeFileSync(file, ended && sizes.length > 0 ? `${text}\n` : text);
        const expected: [number, number, number][] = [];
        let at = 0;
        sizes.forEach((size, i) => {
          const to = at + size + (ended || i < sizes.length - 1 ? 1 : 0);
          if (to > at) expected.push([at, to, size]);
          at = to;
        });
        expect(await read(file)).toEqual(expected);
        const [, second] = expected;
        if (second !== undefined) expect(await read(file, second[0])).toEqual(expected.slice(1));
        expect(await countLines(file, 0, at)).toBe(sizes.filter((size) => size > 0).length);
      }),
      { numRuns: 60 },
    );
  });

  it("that are longer than any that the agent writes are stepped over", async () => {
    const file = join(temporaryFolder(), "f");
    const long = 17 * 1024 * 1024;
    writeFileSync(file, `a\n${"x".repeat(long)}\nb\n${"y".repeat(long)}`);
    expect((await read(file)).map(([, , size]) => size)).toEqual([1, undefined, 1, undefined]);
  });
});

describe("what lies set aside", () => {
  it("is told by reason, with times, damage and files, whatever part a resend has begun with", async () => {
    const path = temporaryFolder();
    const folder = new SetAsideFolder(path);
    const file = folder.fileOf(p);
    const later = { setAsideAt: "2026-11-22T09:00:00.000Z" };
    writeFileSync(file, `${record("sent")}\n${record("1")}\n`);
    const [part] = folder.beginResend(p);
    if (part === undefined) throw new Error("no part");
    const from = record("sent").length + 1;
    folder.settled(p, part, from);
    writeFileSync(
      file,
      `damage\n${record("2", { ...later, code: "InvalidKey", reason: "key" })}\n${record("3", { reason: "new" })}\n`,
    );
    writeFileSync(folder.fileOf(q), record("4"));
    expect(folder.destinations()).toEqual([p, q]);
    const messages: unknown[] = [];
    for await (const line of foundLines(folder, p)) messages.push(line.record?.log.contents[0]?.[1] ?? line.problem);
    expect(messages).toEqual(["1", expect.stringContaining("JSON"), "2", "3"]);
    expect(await summaryOf(folder, p)).toEqual({
      ...p,
      lines: 4,
      bytes: folder.bytes(p),
      damaged: 1,
      first: why.setAsideAt,
      last: later.setAsideAt,
      reasons: [
        { code: "PostBodyInvalid", lines: 2, message: "new" },
        { code: "InvalidKey", lines: 1, message: "key" },
      ],
      files: [join(path, `p.l.resend-1-${from}.jsonl`), file],
    });
  });

  it("is read on where a resend gives its file another name meanwhile, and ends where it removes it", async () => {
    const folder = new SetAsideFolder(temporaryFolder());
    writeFileSync(folder.fileOf(p), `${record("1")}\n${record("2")}\n`);
    const lines = foundLines(folder, p);
    const [part] = folder.beginResend(p);
    if (part === undefined) throw new Error("no part");
    const found: unknown[] = [];
    let now = part;
    for await (const { record: one } of lines) {
      found.push(one?.log.contents[0]?.[1]);
      now = folder.settled(p, now, record("1").length + 1);
    }
    expect(found).toEqual(["1", "2"]);
    const gone = foundLines(folder, p);
    folder.remove(now);
    expect((await gone.next()).done).toBe(true);
  });

  it("is counted as it grows, is sent, is moved away and comes back", async () => {
    const path = join(temporaryFolder(), "set-aside");
    const folder = new SetAsideFolder(path);
    const counts = new SetAsideCounts(folder);
    const lines = async (): Promise<number[]> => {
      await counts.look();
      return counts.current.map((each) => each.lines);
    };
    expect(await lines()).toEqual([]);
    mkdirSync(path);
    const file = folder.fileOf(p);
    const one = `${record("1")}\n`;
    appendFileSync(file, one.repeat(3));
    expect(await lines()).toEqual([3]);
    appendFileSync(file, one.repeat(2));
    expect(await lines()).toEqual([5]);
    expect(counts.current).toEqual([{ ...p, lines: 5, bytes: 5 * one.length }]);
    const [part] = folder.beginResend(p);
    if (part === undefined) throw new Error("no part");
    const later = folder.settled(p, part, 2 * one.length);
    expect(await lines()).toEqual([3]);
    appendFileSync(file, one);
    expect(await lines()).toEqual([4]);
    folder.settled(p, later, 4 * one.length);
    expect(await lines()).toEqual([2]);
    renameSync(file, `${file}.seen`);
    expect(await lines()).toEqual([1]);
    writeFileSync(folder.fileOf(q), one);
    expect(await lines()).toEqual([1, 1]);
    rmSync(path, { recursive: true });
    expect(await lines()).toEqual([]);
  });

  it("is counted anew where another file has the place of one on the disk that is gone", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "p.l.jsonl");
    const counts = new SetAsideCounts(new SetAsideFolder(folder));
    // File systems give a number that has become free to the next file.
    for (let lines = 1; lines < 6; lines++) {
      writeFileSync(file, `${"x".repeat(lines * 10)}\n`.repeat(lines));
      await counts.look();
      expect(counts.current).toMatchObject([{ lines }]);
      rmSync(file);
    }
  });
});
