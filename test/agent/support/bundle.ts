import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { until } from "./world";

const root = join(__dirname, "..", "..", "..");

/** Builds the agent into a folder where there is nothing else, once for the test file. */
export function builtAgent(): { readonly path: () => string; readonly folder: () => string } {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sls-agent-bundle-"));
    execFileSync(process.execPath, [join(root, "scripts", "build-agent.mjs"), join(folder, "sls-agent.cjs")]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { path: () => join(folder, "sls-agent.cjs"), folder: () => folder };
}

export interface RunningAgent {
  readonly process: ChildProcessWithoutNullStreams;
  /** Events printed so far. */
  events(): ({ event: string } & Record<string, unknown>)[];
  /** The first event of this type. */
  awaitEvent(type: string): Promise<Record<string, unknown>>;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string | null>;
  errors(): string;
}

/** Starts the bundle as a process that does not outlive the test. */
export function spawnAgent(path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningAgent {
  const child = spawn(path, args, { env: { PATH: process.env["PATH"], ...env }, cwd: "/" });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | string | null>((resolve) =>
    child.on("close", (code, signal) => resolve(signal ?? code)),
  );
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const events: RunningAgent["events"] = () =>
    out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { event: string });
  return {
    process: child,
    events,
    ended,
    errors: () => err,
    awaitEvent: async (type) => {
      const said = (): boolean => events().some(({ event }) => event === type);
      await until(`the agent says ${type}`, said).catch((error: Error) => {
        throw new Error(`${error.message}; it said ${out}${err}`);
      });
      return events().find(({ event }) => event === type) as Record<string, unknown>;
    },
  };
}
