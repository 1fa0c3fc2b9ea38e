/** Which requests a fault rule makes fail, and with what: without a server. */
import { describe, expect, test } from "vitest";
import type { FaultRule } from "../../../emulator";
import { Faults, type FaultFacts } from "../../../emulator/faults/faults";

const put: FaultFacts = {
  service: "sls",
  method: "POST",
  host: "p1.cn-hangzhou.log.aliyuncs.com",
  operation: "PostLogStoreLogs",
  project: "p1",
  logstore: "app-log",
  client: "log-python-sdk-v-0.9.47",
};

/** 1 for each request that failed. */
function pattern(rule: FaultRule, requests = 20): string {
  const faults = new Faults();
  faults.add(rule);
  return Array.from({ length: requests }, () => (faults.on(put) ? "1" : "0")).join("");
}

describe("a fault rule", () => {
  test.each<[FaultRule, boolean]>([
    [{ error: "ServerBusy" }, true],
    [{ operation: "PostLogStoreLogs", error: "ServerBusy" }, true],
    [{ operation: "post*", project: "p?", error: "ServerBusy" }, true],
    [{ operation: "Post", error: "ServerBusy" }, false],
    [{ operation: "Get*", error: "ServerBusy" }, false],
    [{ project: "p2", error: "ServerBusy" }, false],
    [{ logstore: "app-*", method: "post", error: "ServerBusy" }, true],
    [{ host: "*.cn-hangzhou.log.aliyuncs.com", error: "ServerBusy" }, true],
    [{ host: "*.cn-beijing.*", error: "ServerBusy" }, false],
    [{ service: "ecs", error: "ServerBusy" }, false],
    [{ service: "ram", error: "ServerBusy" }, false],
    [{ client: "*python*", error: "ServerBusy" }, true],
    [{ client: "*aliyun-log-go*", error: "ServerBusy" }, false],
  ])("%j matches PutLogs of the Python SDK: %s", (rule, matches) => {
    expect(pattern(rule, 1)).toBe(matches ? "1" : "0");
  });

  test("lets `after` requests go, then makes `times` fail, then none", () => {
    expect(pattern({ error: "ServerBusy", after: 3, times: 2 }, 8)).toBe("00011000");
  });

  test("with a rate throws the same dice for the same seed, and others for another", () => {
    const rule: FaultRule = { error: "ServerBusy", rate: 0.3, seed: 7 };
    const first = pattern(rule, 1000);
    expect(pattern(rule, 1000)).toBe(first);
    expect(pattern({ ...rule, seed: 8 }, 1000)).not.toBe(first);
    const failed = first.replaceAll("0", "").length;
    expect(failed).toBeGreaterThan(250);
    expect(failed).toBeLessThan(350);
    expect(pattern({ ...rule, rate: 0 })).not.toContain("1");
    expect(pattern({ ...rule, rate: 1 })).not.toContain("0");
  });

  test("counts what it saw and what it made fail, and can be removed", () => {
    const faults = new Faults();
    const handle = faults.add({ cut: "before-reply", after: 1 });
    faults.on(put);
    faults.on(put);
    faults.on({ ...put, operation: "GetLogStore" });
    expect(handle).toMatchObject({ id: "f1", seen: 3, hits: 2 });
    handle.remove();
    expect(faults.on(put)).toBeUndefined();
    expect(faults.list()).toEqual([]);
    expect(handle.hits).toBe(2);
  });

  test("adds to others; where two say the same, the older one holds", () => {
    const faults = new Faults();
    faults.add({ delayMs: 20 });
    faults.add({ error: "ServerBusy", replyBytesPerSecond: 100 });
    faults.add({ error: { status: 403, code: "WriteQuotaExceed", message: "later" } });
    expect(faults.on(put)).toEqual({
      told: "f1 delay 20 ms; f2 error ServerBusy, reply at 100 B/s; f3 error WriteQuotaExceed",
      delayMs: 20,
      clockOffsetMs: 0,
      reset: false,
      error: { status: 503, code: "ServerBusy", message: "The server is busy, please try again later." },
      replyBytesPerSecond: 100,
    });
  });

  test("draws a delay from a range", () => {
    const faults = new Faults();
    faults.add({ delayMs: [100, 200], seed: 3 });
    const delays = Array.from({ length: 50 }, () => faults.on(put)?.delayMs ?? 0);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(200);
    expect(new Set(delays).size).toBeGreaterThan(20);
  });
});

describe("is refused:", () => {
  test.each<[unknown, string]>([
    [5, "a fault rule must be an object, got 5"],
    [{ project: "p1" }, "fault rule: nothing goes wrong; give at least one of delayMs, error, cut,"],
    [{ error: "ServerBusy", rate: 3 }, "fault rule: rate must be a number from 0 to 1, got 3"],
    [{ error: "ServerBusy", times: 0 }, "fault rule: times must be a whole number from 1, got 0"],
    [
      { error: "Nonsense" },
      'fault rule: error must be {"status": 400 to 599, "code": text, "message": text}, or one of',
    ],
    [{ error: { status: 200, code: "OK", message: "fine" } }, "fault rule: error must be"],
    [{ cut: "sometimes" }, "fault rule: cut must be one of before-body, mid-body, before-reply, mid-reply, got"],
    [{ cut: "mid-body", error: "ServerBusy" }, "fault rule: with cut mid-body no reply arrives; leave out error,"],
    [{ error: "ServerBusy", reset: true }, "fault rule: reset says how a connection is cut; give cut"],
    [{ delayMs: [5, 1] }, "fault rule: delayMs must be milliseconds from 0, or [least, most], got [5,1]"],
    [{ delay: 5 }, "fault rule: delay is not known; it has operation, project,"],
  ])("%j", (rule, message) => {
    expect(() => new Faults().add(rule as FaultRule)).toThrow(message);
  });
});
