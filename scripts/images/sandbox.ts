/**
 * What a run of the boot tests happens in: process, mount and network namespaces and a cgroup of its own. The kernel ends all that is
 * in them with their first process, however that ends; what is left on the disk and in the cgroups is taken away here.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../../emulator/other-process";

const prefix = "sls-images-";

/** systemd uses its own hierarchy of version 1, and that of version 2 beside it; or the latter alone. */
export const cgroupRoots = (): string[] => {
  const hybrid = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"].filter((folder) => existsSync(folder));
  return hybrid.length > 0 ? hybrid : ["/sys/fs/cgroup"];
};

export interface Sandbox {
  /** Name of its cgroup, unique. */
  readonly name: string;
  /** Folder for all that a run writes. */
  readonly work: string;
}

export function openSandbox(cache: string): Sandbox {
  sweep(cache);
  const name = `${prefix}${process.pid}`;
  const work = join(cache, name);
  mkdirSync(work, { recursive: true });
  for (const root of cgroupRoots()) mkdirSync(join(root, name));
  return { name, work };
}

/** Runs a program as the first process of the sandbox; its end is the end of everything in it. */
export function startInside(
  { name }: Sandbox,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const enter = cgroupRoots().map((root) => `echo $$ > ${join(root, name, "cgroup.procs")}`);
  const unshare =
    'exec unshare --mount --propagation private --net --pid --fork --kill-child=SIGKILL --mount-proc -- "$@"';
  const script = [...enter, unshare].join(" && ");
  return spawn("/bin/sh", ["-c", script, "sh", program, ...args], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
}

export function closeSandbox({ name, work }: Sandbox): void {
  rmSync(work, { recursive: true, force: true });
  for (const root of cgroupRoots()) removeCgroup(join(root, name));
}

/** What runs left that were killed. */
function sweep(cache: string): void {
  const gone = (entry: string): boolean => entry.startsWith(prefix) && !isAlive(Number(entry.slice(prefix.length)));
  for (const root of cgroupRoots()) for (const entry of readdirSync(root).filter(gone)) removeCgroup(join(root, entry));
  if (!existsSync(cache)) return;
  for (const entry of readdirSync(cache).filter(gone)) rmSync(join(cache, entry), { recursive: true, force: true });
}

function removeCgroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch (error) {
    // A process in it is not quite gone yet: the next run sweeps.
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
  }
}
