/** Makes the packages in a folder and a process group of their own, which an interrupt takes away; `build/` gets whole files alone. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isAlive } from "../../emulator/other-process";
import type { Architecture } from "./formats";
import { Problem } from "./run";
import { sourcesOf } from "./sources";

export const root = resolve(__dirname, "../..");
const sums = "SHA256SUMS";
const prefix = ".making-";
const stampOf = (out: string, arch: Architecture): string => join(out, `sls-agent-${arch}.sources`);

/** Throws a Problem when it fails; what went wrong was printed. */
export async function buildPackages(out: string, archs: readonly Architecture[], signal: AbortSignal): Promise<void> {
  const sources = sourcesOf(root);
  mkdirSync(out, { recursive: true });
  const left = readdirSync(out).filter(
    (name) => name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length))),
  );
  for (const name of left) remove(join(out, name));
  const making = join(out, `${prefix}${process.pid}`);
  const [made, temporary] = [join(making, "made"), join(making, "tmp")];
  for (const folder of [made, temporary]) mkdirSync(folder, { recursive: true });
  try {
    await make(["--arch", archs.join(","), "--out", made], temporary, signal);
    for (const arch of archs) rmSync(stampOf(out, arch), { force: true });
    const names = readdirSync(made).filter((name) => name !== sums);
    for (const name of names) renameSync(join(made, name), join(out, name));
    writeSums(out, readFileSync(join(made, sums), "utf8"), names);
    for (const arch of archs) writeFileSync(stampOf(out, arch), sources);
  } finally {
    remove(making);
  }
}

/** Whether what lies there was made from the sources as they are now. */
export const areCurrent = (out: string, arch: Architecture): boolean =>
  existsSync(stampOf(out, arch)) && readFileSync(stampOf(out, arch), "utf8") === sourcesOf(root);

/** Those of the other architecture stay. */
function writeSums(out: string, fresh: string, names: readonly string[]): void {
  const file = join(out, sums);
  const before = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const kept = before.filter((line) => {
    const name = line.split("  ")[1];
    return name !== undefined && !names.includes(name) && existsSync(join(out, name));
  });
  writeFileSync(file, [...kept, fresh].join("\n"));
}

async function make(args: readonly string[], temporary: string, signal: AbortSignal): Promise<void> {
  const tsNode = join(root, "node_modules/ts-node/dist/bin.js");
  const child = spawn(process.execPath, [tsNode, join(__dirname, "make.ts"), ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  const end = (): void => void (child.pid === undefined || process.kill(-child.pid, "SIGKILL"));
  signal.addEventListener("abort", end, { once: true });
  const code = await new Promise<number | null>((done, fail) => {
    child.on("error", fail);
    child.on("close", done);
  }).finally(() => signal.removeEventListener("abort", end));
  if (signal.aborted) throw new Problem("interrupted");
  if (code !== 0) throw new Problem("the packages could not be made");
}

/** A group that was killed may still write for a moment. */
const remove = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
