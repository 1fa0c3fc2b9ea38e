/** Runs one suite and holds what it reports against what it promises. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { LocalCloud } from "../../emulator";
import { isUnsupported, tellUnsupported } from "./unsupported";
import type { Suite, TestOutcome } from "./suite";

export interface Verdict {
  readonly client: string;
  readonly version: string;
  /** Calls of the client's methods or commands, and how many different ones. */
  readonly calls: number;
  readonly methods: number;
  /** What reached the cloud: a call may make several, or none. */
  readonly requests: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** `GET /alerts (client) x3` */
  readonly unsupported: readonly string[];
  readonly seconds: number;
  readonly failures: readonly TestOutcome[];
}

export async function judge(suite: Suite, cloud: LocalCloud, root: string): Promise<Verdict> {
  const folder = join(root, suite.name);
  const reportFile = join(root, `${suite.name}.jsonl`);
  mkdirSync(folder);
  const env = {
    ...process.env,
    ...cloud.env(),
    CLIENTS_URL: cloud.url,
    CLIENTS_REPORT: reportFile,
    HOME: folder,
    NO_COLOR: "1",
  };
  const [before, begin] = [cloud.requests.at(-1)?.number ?? 0, Date.now()];
  const { version, calls, tests } = await suite.run({ cloud, folder, env, reportFile });
  const seen = cloud.requests.filter(({ number }) => number > before);
  const methods = new Set(calls).size;
  const of = (outcome: TestOutcome["outcome"]): TestOutcome[] => tests.filter((test) => test.outcome === outcome);
  const failures = [...of("failed"), ...broken(suite, calls.length, methods)].map((test) => redacted(test, cloud));
  return {
    client: suite.name,
    version,
    calls: calls.length,
    methods,
    requests: (cloud.requests.at(-1)?.number ?? 0) - before,
    passed: of("passed").length,
    failed: failures.length,
    skipped: of("skipped").length,
    unsupported: tellUnsupported(seen.filter(isUnsupported)),
    seconds: (Date.now() - begin) / 1000,
    failures,
  };
}

/** The suite that could not be run: skipped by name on a person's machine, a failure in CI. */
export function missing(suite: Suite, why: string, inCi: boolean): Verdict {
  const test: TestOutcome = { name: "what it needs", outcome: inCi ? "failed" : "skipped", message: why };
  const none = { calls: 0, methods: 0, requests: 0, passed: 0, unsupported: [], seconds: 0 };
  const counts = inCi ? { failed: 1, skipped: 0 } : { failed: 0, skipped: 1 };
  return { client: suite.name, version: why, ...none, ...counts, failures: inCi ? [test] : [] };
}

function broken({ least }: Suite, calls: number, methods: number): TestOutcome[] {
  const told = { calls, methods };
  return (["calls", "methods"] as const).flatMap((what): TestOutcome[] => {
    const wanted = least[what] ?? 0;
    if (told[what] >= wanted) return [];
    return [{ name: `at least ${wanted} ${what}`, outcome: "failed", message: `it made ${told[what]}` }];
  });
}

function redacted(test: TestOutcome, { credentials }: LocalCloud): TestOutcome {
  const message = test.message?.replaceAll(credentials.accessKeySecret, "***");
  return message === undefined ? test : { ...test, message };
}
