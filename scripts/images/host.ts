/** What both boot tests do before and after their sandbox. */
import { join, resolve } from "node:path";
import { findOnPath } from "../../deploy/terraform-binary";
import { closeSandbox, openSandbox, startInside, type Sandbox } from "./sandbox";

export const repository = resolve(__dirname, "../..");
export const cache = join(repository, ".cache", "images");

/** Throws what is missing. Programs of the superuser are looked for, too. */
export function needTools(tools: readonly string[]): void {
  process.env["PATH"] = `${process.env["PATH"]}:/usr/sbin:/sbin`;
  const missing = tools.filter((name) => findOnPath(name, process.env) === undefined);
  if (missing.length > 0) throw new Error(`${missing.join(", ")}: not installed; run scripts/ci-setup.sh`);
  if (process.getuid?.() !== 0) throw new Error("machines can be booted by root alone; run it as root");
}

/** Runs a script of ours as the first process of a sandbox, and takes away what it leaves. After a signal the process ends by that. */
export async function runInSandbox(
  script: string,
  args: (sandbox: Sandbox) => readonly string[],
  keep: boolean,
): Promise<number> {
  const sandbox = openSandbox(cache);
  const tsNode = join(repository, "node_modules/ts-node/dist/bin.js");
  const child = startInside(sandbox, process.execPath, [tsNode, script, ...args(sandbox)], process.env);
  const ended = new Promise<number>((done) => child.on("close", (code) => done(code ?? 1)));
  let signalled: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      signalled = signal;
      // unshare's end is the end of all in the sandbox.
      child.kill("SIGKILL");
    });
  }
  const code = await ended;
  if (keep) process.stdout.write(`kept: ${sandbox.work}\n`);
  await closeSandbox(keep ? { ...sandbox, work: join(sandbox.work, "cloud") } : sandbox);
  if (signalled === undefined) return code;
  process.removeAllListeners(signalled);
  process.kill(process.pid, signalled);
  return new Promise<number>(() => undefined);
}
