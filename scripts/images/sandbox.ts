/**
 * What a run of the boot tests happens in: process, mount and network namespaces and a cgroup of its own. The kernel ends all that is
 * in them with their first process, however that ends; what is left on the disk and in the cgroups is taken away here.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { colors as pc } from "../../deploy/colors";
import { isAlive } from "../../emulator/other-process";
import { until } from "./run";

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

/** The whole of a sandbox's first process: runs `main` to its exit code. The end of who started it, even by a kill, ends it too. */
export function runInside(main: () => Promise<number>): void {
  process.stdin.on("close", () => process.exit(1));
  process.stdin.resume();
  main().then(
    // What still runs ends with this process.
    (code) => process.exit(code),
    (error: unknown) => {
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`${pc.red("failed:")} ${said}\n`);
      process.exit(1);
    },
  );
}

/**
 * Runs a program as the first process of the sandbox; its end is the end of everything in it.
 * Temporary files go to the folder of the run: nobody in it is asked before it ends.
 */
export function startInside(
  { name, work }: Sandbox,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const enter = cgroupRoots().map((root) => `echo $$ > ${join(root, name, "cgroup.procs")}`);
  const temporary = join(work, "tmp");
  mkdirSync(temporary, { recursive: true });
  const unshare =
    'exec unshare --mount --propagation private --net --pid --fork --kill-child=SIGKILL --mount-proc -- "$@"';
  const script = [...enter, unshare].join(" && ");
  return spawn("/bin/sh", ["-c", script, "sh", program, ...args], {
    env: { ...env, TMPDIR: temporary },
    stdio: ["pipe", "inherit", "inherit"],
    detached: true,
  });
}

/** Waits for the end of all that was in it, which follows that of its first process by some milliseconds. */
export async function closeSandbox({ name, work }: Sandbox): Promise<void> {
  const folders = cgroupRoots().map((root) => join(root, name));
  await until("the end of all processes of the run", 10_000, () => (folders.every(isEmpty) ? true : undefined));
  rmSync(work, { recursive: true, force: true });
  folders.forEach(removeCgroup);
}

const isEmpty = (folder: string): boolean =>
  readdirSync(folder, { withFileTypes: true }).every((entry) =>
    entry.isDirectory()
      ? isEmpty(join(folder, entry.name))
      : entry.name !== "cgroup.procs" || readFileSync(join(folder, entry.name), "utf8") === "",
  );

/** What runs left that were killed themselves. */
function sweep(cache: string): void {
  const gone = (entry: string): boolean => entry.startsWith(prefix) && !isAlive(Number(entry.slice(prefix.length)));
  for (const root of cgroupRoots()) {
    // Those of a run that is about to end are left to it.
    const folders = readdirSync(root)
      .filter(gone)
      .map((entry) => join(root, entry));
    folders.filter(isEmpty).forEach(removeCgroup);
  }
  if (!existsSync(cache)) return;
  for (const entry of readdirSync(cache).filter(gone)) rmSync(join(cache, entry), { recursive: true, force: true });
}

function removeCgroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
  }
  rmdirSync(folder);
}
