/** Logs on disk: what a kill, a bad byte, a restart and the retention leave of them. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startLocalCloud, type LocalCloud } from "../../../emulator";
import { LogStorage } from "../../../emulator/store/log-storage";
import { maxSegmentBytes } from "../../../emulator/store/segment";
import type { ShardLog } from "../../../emulator/store/shard-log";
import { clientOf, withLogstore, writerOf } from "../../support/local-cloud";
import fc from "../../support/property";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdktf-sls-storage-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const opened = (): { storage: LogStorage; shard: ShardLog } => {
  const storage = new LogStorage(folder);
  return { storage, shard: storage.openShard("store", 0) };
};
const shardFolder = (): string => join(folder, "store", "0");
const filesOf = (): string[] => readdirSync(shardFolder()).sort();
const all = (shard: ShardLog): (string | undefined)[] => {
  const found: (string | undefined)[] = [];
  for (let n = shard.begin; n < shard.end; n++) found.push(shard.read(n)?.bytes.toString());
  return found;
};

describe("a shard's file", () => {
  test("is read back after a restart, and goes on from there", () => {
    const first = opened();
    for (const [i, text] of ["one", "", "three"].entries())
      first.shard.append(Buffer.from(text), 100 + i, i, undefined);
    first.storage.close();
    const second = opened();
    expect(all(second.shard)).toEqual(["one", "", "three"]);
    expect([second.shard.end, second.shard.lastOrder, second.shard.positionAt(101)]).toEqual([3, 2, 1]);
    second.shard.append(Buffer.from("four"), 103, 3, undefined);
    second.storage.close();
    const third = opened();
    expect(all(third.shard)).toEqual(["one", "", "three", "four"]);
    expect(third.storage.damages).toEqual([]);
    third.storage.close();
  });

  test("loses only the record that a kill tore, wherever it tore it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 6 }),
        fc.nat(5000),
        (groups, cut) => {
          rmSync(folder, { recursive: true, force: true });
          const { storage, shard } = opened();
          const ends = groups.map((bytes, i) => {
            shard.append(Buffer.from(bytes), 100, i, undefined);
            return statSync(join(shardFolder(), filesOf()[0] ?? "")).size;
          });
          const head = (ends[0] ?? 0) - 28 - (groups[0]?.length ?? 0);
          storage.close();
          const file = join(shardFolder(), filesOf()[0] ?? "");
          const size = head + (cut % ((ends.at(-1) ?? 0) - head + 1));
          writeFileSync(file, readFileSync(file).subarray(0, size));
          const whole = ends.filter((end) => end <= size).length;
          const again = opened();
          expect(again.shard.end).toBe(whole);
          again.shard.append(Buffer.from("after"), 101, 9, undefined);
          again.storage.close();
          const last = opened();
          expect(all(last.shard)).toEqual([
            ...groups.slice(0, whole).map((bytes) => Buffer.from(bytes).toString()),
            "after",
          ]);
          last.storage.close();
        },
      ),
      { numRuns: 100 },
    );
  });

  test("with a bad byte loses that record alone, keeps the numbers of the others, and tells of it", () => {
    const { storage, shard } = opened();
    for (const [i, text] of ["one", "two-two", "three"].entries()) shard.append(Buffer.from(text), 100, i, undefined);
    storage.close();
    const file = join(shardFolder(), filesOf()[0] ?? "");
    const bytes = readFileSync(file);
    bytes[bytes.indexOf("two-two") + 2] = 0;
    writeFileSync(file, bytes);
    const again = opened();
    expect(all(again.shard)).toEqual(["one", undefined, "three"]);
    expect(again.storage.damages).toEqual([
      { file, from: expect.any(Number) as number, to: expect.any(Number) as number },
    ]);
    again.storage.close();
  });

  test("ends at 16 MiB, and the next begins; older ones leave when all in them is too old", () => {
    const { storage, shard } = opened();
    const half = Buffer.alloc(maxSegmentBytes / 2 - 1000, "x");
    for (let i = 0; i < 5; i++) shard.append(half, 100 + i, i, undefined);
    expect(filesOf().map((name) => Number.parseInt(name, 10))).toEqual([0, 2, 4]);
    expect(shard.expire(103)).toHaveLength(1);
    expect([shard.begin, shard.end, shard.read(0), shard.read(3)?.receiveTime]).toEqual([3, 5, undefined, 103]);
    storage.close();
    const again = opened();
    expect([again.shard.begin, again.shard.end]).toEqual([2, 5]);
    again.storage.close();
  });

  test("counts on where nothing was written after the last roll, though all before it is gone", () => {
    const { storage, shard } = opened();
    const half = Buffer.alloc(maxSegmentBytes / 2 - 1000, "x");
    for (let i = 0; i < 3; i++) shard.append(half, 100 + i, i, undefined);
    storage.close();
    const [, second = ""] = filesOf();
    // A kill came before the first record of the second file was whole.
    truncateSync(join(shardFolder(), second), statSync(join(shardFolder(), second)).size - 1);
    const again = opened();
    expect([again.shard.expire(200).length, again.shard.begin, again.shard.end]).toEqual([1, 2, 2]);
    again.shard.append(Buffer.from("after"), 201, 3, { line: { token: [], caseSensitive: false } });
    expect([again.shard.begin, again.shard.end, filesOf()]).toEqual([2, 3, [second]]);
    again.storage.close();
  });

  test("that is something else is told of, and not taken for logs", () => {
    const { storage, shard } = opened();
    shard.append(Buffer.from("one"), 100, 0, undefined);
    storage.close();
    const file = join(shardFolder(), filesOf()[0] ?? "");
    writeFileSync(file, "not a segment at all");
    appendFileSync(file, Buffer.alloc(5));
    const again = opened();
    expect(again.shard.end).toBe(0);
    again.storage.close();
  });
});

describe("a local cloud with a data folder", () => {
  const cloudAt = (now?: () => Date): Promise<LocalCloud> =>
    startLocalCloud({ stateDir: join(folder, "state"), dataDir: join(folder, "data"), ...(now ? { now } : {}) });
  const time = Math.floor(Date.now() / 1000);

  async function put(cloud: LocalCloud, ...texts: string[]): Promise<void> {
    const writer = writerOf(cloud);
    for (const msg of texts) {
      await writer.putLogs("test-project", "test-logstore", {
        topic: "",
        source: "a",
        logs: [{ time, contents: [["msg", msg]] }],
      });
    }
    writer.close();
  }
  async function found(cloud: LocalCloud, query = "*"): Promise<string[]> {
    const client = clientOf(cloud);
    const { logs } = await client.searchLogs("test-project", "test-logstore", {
      from: time - 60,
      to: time + 60,
      query,
    });
    client.close();
    return logs.map((log) => log["msg"] ?? "").sort();
  }

  test("has after a restart what it had: projects, tags, index, machine groups, checkpoints, logs", async () => {
    const first = await cloudAt();
    await withLogstore(first);
    const client = clientOf(first);
    const call = (verb: string, path: string, body: unknown, query = {}): Promise<unknown> =>
      client._request(verb, "test-project", path, query, Buffer.from(JSON.stringify(body)));
    await call("POST", "/tag", {
      resourceType: "project",
      resourceId: ["test-project"],
      tags: [{ key: "$date", value: "1" }],
    });
    await call("POST", "/machinegroups", {
      groupName: "g1",
      machineIdentifyType: "userdefined",
      machineList: ["id-1"],
    });
    const inputDetail = { plugin: { $map: [["a", 1]], inputs: [] } };
    const output = { outputType: "LogService", outputDetail: { logstoreName: "test-logstore" } };
    await call("POST", "/configs", { configName: "c1", inputType: "plugin", inputDetail, ...output });
    await call("PUT", "/machinegroups/g1/configs/c1", {});
    await call("POST", "/logstores/test-logstore/consumergroups", { consumerGroup: "cg", timeout: 10, order: false });
    await call("POST", "/logstores/test-logstore/shards/0", {}, { action: "split", key: "1".repeat(32) });
    await put(first, "before the restart", "任务");
    const reads = [
      "/",
      "/tags",
      "/machinegroups/g1",
      "/configs/c1",
      "/machinegroups/g1/configs",
      "/logstores/test-logstore",
    ];
    const rest = ["/index", "/shards", "/consumergroups"].map((path) => `/logstores/test-logstore${path}`);
    const seen = async (of: ReturnType<typeof clientOf>): Promise<unknown[]> => {
      const query = { resourceType: "project", resourceId: '["test-project"]' };
      return Promise.all(
        [...reads, ...rest].map((path) =>
          of._request("GET", "test-project", path, path === "/tags" ? query : {}, null),
        ),
      );
    };
    const before = await seen(client);
    client.close();
    await first.close();

    const second = await cloudAt();
    const again = clientOf(second);
    expect(await seen(again)).toEqual(before);
    expect(JSON.stringify(before)).toContain('"$map"');
    expect(JSON.stringify(before)).toContain('"$date"');
    again.close();
    expect(await found(second)).toEqual(["before the restart", "任务"]);
    await put(second, "after it");
    expect(await found(second, "after or before")).toEqual(["after it", "before the restart"]);
    await second.close();
  });

  test("removes the logs of what is deleted", async () => {
    const cloud = await cloudAt();
    await withLogstore(cloud);
    await put(cloud, "one");
    expect(readdirSync(join(folder, "data", "logs"))).toHaveLength(1);
    const client = clientOf(cloud);
    await client.deleteLogStore("test-project", "test-logstore");
    client.close();
    expect(readdirSync(join(folder, "data", "logs"))).toEqual([]);
    await cloud.close();
  });

  test("finds and pulls nothing that is older than the logstore keeps", async () => {
    let now = new Date();
    const cloud = await cloudAt(() => now);
    await withLogstore(cloud);
    await put(cloud, "old");
    expect(await found(cloud)).toEqual(["old"]);
    now = new Date(now.getTime() + 31 * 24 * 3600 * 1000);
    // The client's clock is the real one, so its requests would be refused: ask by a signature of the new time.
    const later = clientOf(cloud, { now: () => now });
    const range = { from: time - 60, to: time + 60, query: "*" };
    expect((await later.searchLogs("test-project", "test-logstore", range)).logs).toEqual([]);
    const shards = "/logstores/test-logstore/shards";
    for (const id of [0, 1]) {
      const ask = (query: object): Promise<unknown> =>
        later._request("GET", "test-project", `${shards}/${id}`, query as Record<string, unknown>, null);
      expect(await ask({ type: "cursor", from: "begin" })).toEqual(await ask({ type: "cursor", from: "end" }));
    }
    later.close();
    await cloud.close();
  });

  test("acknowledges nothing that it could not save, nor logs for a logstore that a kill would take away", async () => {
    const cloud = await cloudAt();
    await withLogstore(cloud);
    const inTheWay = join(folder, "data", "store.json.new");
    mkdirSync(join(inTheWay, "x"), { recursive: true });
    const client = clientOf(cloud, { tries: 1 });
    const creating = client.createLogStore("test-project", "second", { ttl: 30, shardCount: 1 });
    await expect(creating).rejects.toThrow(/could not save this/);
    const writer = writerOf(cloud);
    const group = { topic: "", source: "", logs: [{ time, contents: [["msg", "one"]] as [string, string][] }] };
    await expect(writer.putLogs("test-project", "second", group)).rejects.toThrow(/could not save this/);
    expect((await client.getLogStore("test-project", "second")) as object).toMatchObject({ ttl: 30 });
    rmSync(inTheWay, { recursive: true });
    await writer.putLogs("test-project", "second", group);
    expect(readFileSync(join(folder, "data", "store.json"), "utf8")).toContain('"second"');
    client.close();
    writer.close();
    await cloud.close();
  });

  test("leaves alone what is not its own in the folder", async () => {
    const own = join(folder, "data", "logs", "nginx");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "access.log"), "a line\n");
    for (let start = 0; start < 2; start++) {
      const cloud = await cloudAt();
      if (start === 0) await withLogstore(cloud);
      await cloud.close();
    }
    expect(readFileSync(join(own, "access.log"), "utf8")).toBe("a line\n");
  });

  test("says which file it can't read, and what to do", async () => {
    await (await cloudAt()).close();
    const cloud = await cloudAt();
    await withLogstore(cloud);
    await cloud.close();
    writeFileSync(join(folder, "data", "store.json"), "{");
    await expect(cloudAt()).rejects.toThrow(
      /store\.json can't be read \(.*\); move it away to start with an empty cloud/,
    );
  });
});

test("an index is what the logs came under: a later one finds later logs", async () => {
  const cloud = await startLocalCloud({ stateDir: folder });
  await withLogstore(cloud);
  const client = clientOf(cloud);
  const writer = writerOf(cloud);
  const time = Math.floor(Date.now() / 1000);
  const put = (msg: string): Promise<unknown> =>
    writer.putLogs("test-project", "test-logstore", {
      topic: "",
      source: "",
      logs: [{ time, contents: [["extra", msg]] }],
    });
  const found = async (query: string): Promise<string[]> => {
    const { logs } = await client.searchLogs("test-project", "test-logstore", { from: time - 9, to: time + 9, query });
    return logs.map((log) => log["extra"] ?? "").sort();
  };
  await put("first");
  expect(await found("extra: first")).toEqual([]);
  const token = [" "];
  const keys = { extra: { type: "text", token, caseSensitive: false } };
  const path = "/logstores/test-logstore/index";
  await client._request(
    "PUT",
    "test-project",
    path,
    {},
    Buffer.from(JSON.stringify({ line: { token, caseSensitive: false }, keys })),
  );
  await put("second");
  expect(await found("extra: *")).toEqual(["second"]);
  expect(await found("*")).toEqual(["first", "second"]);
  client.close();
  writer.close();
  await cloud.close();
});
