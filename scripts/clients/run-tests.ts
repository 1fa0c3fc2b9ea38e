/** The two runners of suites: pytest for clients in Python, vitest for the others. */
import { join, resolve } from "node:path";
import { runChild, type Ended } from "./child";
import { readReport } from "./report-file";
import type { SuiteReport, SuiteWorld } from "./suite";

export const repository = resolve(__dirname, "../..");
const suitesFolder = join(repository, "test", "clients");
const patience = 5 * 60_000;

/** The pytest files of a folder below test/clients, by the Python of a virtual environment. */
export async function runPytest(world: SuiteWorld, python: string, folder: string): Promise<SuiteReport> {
  const quietly = ["-q", "-p", "no:cacheprovider", "--color=no", `--rootdir=${suitesFolder}`];
  const args = ["-m", "pytest", ...quietly, join(suitesFolder, folder)];
  const env = { ...world.env, PYTHONDONTWRITEBYTECODE: "1" };
  return reported(world, await runChild(python, args, { env, cwd: world.folder, patience }));
}

/** The one file `NAME.suite.ts` below test/clients. */
export async function runVitest(world: SuiteWorld, name: string): Promise<SuiteReport> {
  const config = join(suitesFolder, "vitest.config.mts");
  const vitest = join(repository, "node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", "--root", repository, "--config", config, join(suitesFolder, `${name}.suite.ts`)];
  return reported(world, await runChild(process.execPath, args, { env: world.env, cwd: repository, patience }));
}

/** A runner that failed, though no test that it reported did, could not run all of them. */
function reported({ reportFile }: SuiteWorld, { code, output }: Ended): SuiteReport {
  const report = readReport(reportFile);
  if (code === 0 || report.tests.some(({ outcome }) => outcome === "failed")) return report;
  const message = code === null ? `no end after ${patience / 1000} s\n${output}` : output;
  return { ...report, tests: [...report.tests, { name: "the suite itself", outcome: "failed", message }] };
}
