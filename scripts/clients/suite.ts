/** What a suite of an outside client is, and what running it tells. */
import type { LocalCloud } from "../../emulator";

export interface Suite {
  /** On the command line and in the table: `python-sdk`, `curl`. */
  readonly name: string;
  /** What must be installed; undefined: it is there. */
  missing(): string | undefined;
  /** Runs it to its end, its tests red or green. Rejects only where it could not be run at all. */
  run(world: SuiteWorld): Promise<SuiteReport>;
  /** Fewer than these: the suite judges less than it promises, and fails. */
  readonly least: { readonly calls?: number; readonly methods?: number };
}

export interface SuiteWorld {
  readonly cloud: LocalCloud;
  /** A folder of the suite's own, gone after the run. */
  readonly folder: string;
  /** Environment of the suite's process: the cloud's, and where it listens and to where calls are reported. */
  readonly env: NodeJS.ProcessEnv;
  readonly reportFile: string;
}

export interface TestOutcome {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly message?: string;
}

export interface SuiteReport {
  readonly version: string;
  /** Names of the client's methods or commands, one a call. */
  readonly calls: readonly string[];
  readonly tests: readonly TestOutcome[];
}
