/** Quotas of shards and projects, by a clock that the test sets; and that they are off unless asked for. */
import { afterEach, describe, expect, test } from "vitest";
import { Quotas, quotaLimits, realQuotas, type QuotaOptions } from "../../../emulator/sls/quotas";
import { encodeLogGroup } from "../../../sls/wire/log-group";
import { testCloud, withLogstore, type TestCloud } from "../../support/local-cloud";
import { rawRequest, type RawReply } from "../../support/raw-request";

const at = (ms: number): Date => new Date(1_700_000_000_000 + ms);
const mb = 1 << 20;

/** Codes of what is refused, `ok` for what is not. */
const code = (take: () => void): string => {
  try {
    take();
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("a shard", () => {
  test("takes 5 MB a second in writes, and one that is larger on credit", () => {
    const quotas = new Quotas("real");
    const write = (bytes: number, ms: number): string => code(() => quotas.takeWrite("p", "ls", 0, bytes, at(ms)));
    expect(write(3 * mb, 0)).toBe("ok");
    expect(write(3 * mb, 0)).toBe("ok");
    expect(write(1, 0)).toBe("ShardWriteQuotaExceed");
    // 1 MB too much was taken: it is paid back in 200 ms.
    expect(write(1, 199)).toBe("ShardWriteQuotaExceed");
    expect(write(10 * mb, 201)).toBe("ok");
    expect(write(1, 2100)).toBe("ShardWriteQuotaExceed");
    expect(write(1, 2300)).toBe("ok");
  });

  test("takes 500 writes and 100 reads a second; every shard has its own", () => {
    const quotas = new Quotas("real");
    const write = (shard: number): string => code(() => quotas.takeWrite("p", "ls", shard, 1, at(0)));
    const read = (): string => code(() => quotas.takeRead("p", "ls", 0, 1, at(0)));
    expect(Array.from({ length: 501 }, () => write(0)).indexOf("ShardWriteQuotaExceed")).toBe(500);
    expect(write(1)).toBe("ok");
    expect(Array.from({ length: 101 }, read).indexOf("ShardReadQuotaExceed")).toBe(100);
  });
});

describe("a project", () => {
  const operation = (quotas: Quotas, name: string, bytes: number, ms: number): string =>
    code(() => quotas.takeOperation(name, "p", bytes, at(ms)));

  test("takes so many writes and reads a minute, and so many bytes", () => {
    const quotas = new Quotas({ projectWritesPerMinute: 6, projectReadsPerMinute: 3, projectWriteBytesPerMinute: 100 });
    const write = (bytes: number, ms: number): string => operation(quotas, "PostLogStoreLogs", bytes, ms);
    expect([1, 1, 1, 1, 1, 1, 1].map((bytes) => write(bytes, 0))).toEqual([
      ...Array<string>(6).fill("ok"),
      "WriteQuotaExceed",
    ]);
    expect(write(200, 10_001)).toBe("ok");
    // One write comes back every 10 s; the bytes are in debt for longer.
    expect(write(1, 20_002)).toBe("WriteQuotaExceed");
    expect(() => quotas.takeOperation("PostLogStoreLogs", "p", 1, at(20_002))).toThrow("Inflow Quota Exceed");
    expect(
      ["GetLogStoreLogs", "GetCursorOrData", "GetLogStoreHistogram", "GetLogStoreLogs"].map((name) =>
        operation(quotas, name, 0, 0),
      ),
    ).toEqual(["ok", "ok", "ok", "ReadQuotaExceed"]);
    expect(operation(quotas, "CreateLogStore", 0, 0)).toBe("ok");
  });

  test("tells which quota it is", () => {
    const quotas = new Quotas({ projectWritesPerMinute: 1 });
    operation(quotas, "WebTracking", 1, 0);
    expect(() => quotas.takeOperation("PostLogStoreLogs", "p", 1, at(0))).toThrow("Write QPS Exceed");
  });
});

describe("the options", () => {
  test("off is no limit, real the service's, a scale a part of it, a number itself", () => {
    expect(quotaLimits("off")).toBeUndefined();
    expect(quotaLimits("real")).toEqual(realQuotas);
    expect(quotaLimits({ scale: 0.01, shardReadsPerSecond: 7 })).toMatchObject({
      shardWritesPerSecond: 5,
      projectWritesPerMinute: 6000,
      shardReadsPerSecond: 7,
    });
  });

  test.each<[QuotaOptions, string]>([
    [{ scale: 0 }, "quotas: scale must be a number above 0, got 0"],
    [{ shardWritesPerSecond: Number.NaN }, "quotas: shardWritesPerSecond must be a number above 0, got NaN"],
    [{ shards: 5 } as QuotaOptions, "quotas: shards is not known; they are scale, shardWriteBytesPerSecond,"],
  ])("%j is refused", (options, message) => {
    expect(() => new Quotas(options)).toThrow(message);
  });
});

describe("the local cloud", () => {
  let cloud: TestCloud;
  afterEach(() => cloud.close());

  const put = (project: string, logstore: string): Promise<RawReply> => {
    const body = encodeLogGroup({ logs: [{ time: Math.floor(Date.now() / 1000), contents: [["k", "v"]] }] });
    const headers = { "content-type": "application/x-protobuf" };
    return rawRequest(cloud, { method: "POST", path: `/logstores/${logstore}/shards/lb`, body, headers, project });
  };

  test("refuses with 403 what is above the quotas that it was given", async () => {
    // On a clock that goes on, one comes back every 30 s.
    const now = new Date();
    cloud = await testCloud({ quotas: { projectWritesPerMinute: 2 }, now: () => now });
    const { project, logstore } = await withLogstore(cloud);
    expect([(await put(project, logstore)).status, (await put(project, logstore)).status]).toEqual([200, 200]);
    expect(await put(project, logstore)).toMatchObject({
      status: 403,
      errorCode: "WriteQuotaExceed",
      errorMessage: "Write QPS Exceed. Project write quota exceed: qps",
    });
  });

  test("has none unless asked", async () => {
    cloud = await testCloud();
    const { project, logstore } = await withLogstore(cloud);
    const replies = await Promise.all(Array.from({ length: 200 }, () => put(project, logstore)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
