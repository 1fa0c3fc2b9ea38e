import { spawnSync } from "node:child_process";

/** Something that the user can mend; printed without a stack. */
export class Problem extends Error {}

/** What the program printed; throws a Problem with what it said when it fails or is not there. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", TZ: "UTC", ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    throw new Problem(`${program} is not installed; run scripts/ci-setup.sh`);
  }
  if (status !== 0)
    throw new Problem(`${program} ${args.join(" ")} failed: ${error?.message ?? `${stderr}${stdout}`.trim()}`);
  return stdout;
}
