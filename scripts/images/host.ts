/** What both boot tests do before and after their sandbox. */
import { join, resolve } from "node:path";
import { findOnPath } from "../../deploy/terraform-binary";
import { newestPackage } from "../../images/packer";
import { areCurrent, buildPackages } from "../packages/build";
import { untilSignal } from "../../cli/until-signal";
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

/** The agent's .deb of this machine's architecture; made where it is missing, or where its sources have changed since. */
export async function currentPackage(say: (text: string) => void): Promise<string> {
  const out = join(repository, "build");
  const arch = process.arch === "arm64" ? "arm64" : "x64";
  if (!areCurrent(out, arch)) {
    say("the agent's package is missing or older than its sources: making it, as `npm run build:packages` does");
    await untilSignal((signal) => buildPackages(out, [arch], signal));
  }
  return newestPackage(out, arch);
}

/** Runs a script of ours as the first process of a sandbox, and takes away what it leaves. After a signal the process ends by that. */
export async function runInSandbox(
  script: string,
  args: (sandbox: Sandbox) => readonly string[],
  keep: boolean,
): Promise<number> {
  return untilSignal(async (signal) => {
    const sandbox = openSandbox(cache);
    const tsNode = join(repository, "node_modules/ts-node/dist/bin.js");
    const child = startInside(sandbox, process.execPath, [tsNode, script, ...args(sandbox)], process.env);
    // unshare's end is the end of all in the sandbox.
    signal.addEventListener("abort", () => child.kill("SIGKILL"));
    const code = await new Promise<number>((done) => child.on("close", (ended) => done(ended ?? 1)));
    if (keep) process.stdout.write(`kept: ${sandbox.work}\n`);
    await closeSandbox(keep ? { ...sandbox, work: join(sandbox.work, "cloud") } : sandbox);
    return code;
  });
}
