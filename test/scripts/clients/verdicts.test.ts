/** What `npm run test:clients` makes of what a suite tells, with suites and a request log of the test's own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LocalCloud, RequestLogEntry } from "../../../emulator";
import { judge, missing, type Verdict } from "../../../scripts/clients/judge";
import { readReport } from "../../../scripts/clients/report-file";
import type { Suite, SuiteReport } from "../../../scripts/clients/suite";
import { complaints, isGreen, table } from "../../../scripts/clients/table";
import { onPurpose } from "../../../scripts/clients/unsupported";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cdktf-sls-verdicts-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const request = (number: number, more: Partial<RequestLogEntry> = {}): RequestLogEntry =>
  ({
    ...({ number, at: new Date(0), method: "GET", host: "p.sls.test", url: "/alerts?offset=0", status: 200 } as const),
    operation: "ListAlerts",
    client: "sdk/1",
    ...more,
  }) as RequestLogEntry;

/** Runs a suite that makes these requests and tells this. */
async function verdictOf(
  report: Partial<SuiteReport>,
  { seen = [], least = {} }: { seen?: readonly RequestLogEntry[]; least?: Suite["least"] } = {},
): Promise<Verdict> {
  const requests = [request(1)];
  const credentials = { accessKeyId: "id", accessKeySecret: "s3cret" };
  const cloud = { requests, credentials, url: "http://127.0.0.1:1", env: () => ({}) } as unknown as LocalCloud;
  const run = (): Promise<SuiteReport> => {
    requests.push(...seen);
    return Promise.resolve({ version: "1.2.3", calls: [], tests: [], ...report });
  };
  return judge({ name: "sdk", missing: () => undefined, run, least }, cloud, root);
}

const passed = { name: "a", outcome: "passed" } as const;

describe("a suite", () => {
  test("is green with tests that pass and requests that are served", async () => {
    const seen = [request(2), request(3, { errorCode: "JobNotExist", status: 404 })];
    const verdict = await verdictOf(
      { calls: ["a", "b", "a"], tests: [passed] },
      { seen, least: { calls: 3, methods: 2 } },
    );
    expect(verdict).toMatchObject({ calls: 3, methods: 2, requests: 2, passed: 1, failed: 0, unsupported: [] });
    expect(isGreen([verdict])).toBe(true);
  });

  test("fails with a request that nothing serves, told without its query", async () => {
    const seen = [2, 3].map((number) => request(number, { operation: "-", unsupported: true }));
    const rpc = request(4, {
      host: "ecs.aliyuncs.com",
      operation: "RunInstances",
      unsupported: true,
    });
    const verdict = await verdictOf({ tests: [passed] }, { seen: [...seen, rpc] });
    expect(verdict.unsupported).toEqual(["GET /alerts (sdk/1) x2", "ecs.aliyuncs.com RunInstances (sdk/1) x1"]);
    expect(isGreen([verdict])).toBe(false);
    expect(complaints([verdict])).toContain("sdk: not served: GET /alerts (sdk/1) x2");
  });

  test("may ask on purpose for what is not served", async () => {
    const seen = [request(2, { operation: "-", unsupported: true, client: onPurpose })];
    expect(isGreen([await verdictOf({ tests: [passed] }, { seen })])).toBe(true);
  });

  test("fails when it does less than it promises", async () => {
    const verdict = await verdictOf({ calls: ["a", "a"], tests: [passed] }, { least: { calls: 2, methods: 2 } });
    expect(verdict).toMatchObject({ passed: 1, failed: 1 });
    expect(complaints([verdict])).toBe("sdk: at least 2 methods\n    it made 1");
  });

  test("fails with its tests, and no secret is told", async () => {
    const test = { name: "b", outcome: "failed", message: "sent s3cret\nand more" } as const;
    const verdict = await verdictOf({ tests: [passed, test] });
    expect(isGreen([verdict])).toBe(false);
    expect(complaints([verdict])).toBe("sdk: b\n    sent ***\n    and more");
  });

  test("that can not be run is skipped by name, and fails in CI", () => {
    const suite: Suite = {
      name: "sdk",
      missing: () => "no sdk",
      run: () => Promise.reject(new Error("ran")),
      least: {},
    };
    expect(isGreen([missing(suite, "no sdk", false)])).toBe(true);
    expect(missing(suite, "no sdk", false)).toMatchObject({ skipped: 1, failed: 0, version: "no sdk" });
    expect(isGreen([missing(suite, "no sdk", true)])).toBe(false);
  });
});

test("a report is read line by line; one that was never begun is empty", () => {
  const file = join(root, "report.jsonl");
  expect(readReport(file)).toEqual({ version: "?", calls: [], tests: [] });
  const lines = [
    { call: "put_logs" },
    { version: "0.9" },
    { test: "a", outcome: "failed", message: "m" },
    { call: "get_log" },
  ];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  expect(readReport(file)).toEqual({
    version: "0.9",
    calls: ["put_logs", "get_log"],
    tests: [{ name: "a", outcome: "failed", message: "m" }],
  });
});

test("the table has a line a client under the names of its columns", async () => {
  const [head, line, ...more] = table([await verdictOf({ calls: ["a"], tests: [passed] })]).split("\n");
  expect(head?.split(/ {2,}/)).toEqual(
    "client version calls methods requests passed failed skipped unsupported seconds".split(" "),
  );
  expect(line).toMatch(/^sdk {5}1\.2\.3 .* 1 +1 +0 +1 +0 +0 +0 +0\.0$/);
  expect(more).toEqual([]);
});
