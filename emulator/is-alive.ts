import { readFileSync } from "node:fs";

/** A process that has ended but was not collected by its parent counts as gone: in a container process 1 may never do it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  try {
    // "pid (name) state …"; the name may hold anything.
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, ""));
  } catch {
    return false;
  }
}
