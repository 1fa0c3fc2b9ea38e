import { readdirSync, readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  /** As /proc tells it: R runs, S sleeps, T is stopped, Z has ended. */
  readonly state: string;
}

/** All below a process, from /proc; none where there is none. */
export function descendants(pid: number): Process[] {
  let all: (Process & { readonly parent: number })[];
  try {
    all = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const stat = readFileSync(`/proc/${name}/stat`, "utf8");
          const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
          return [{ pid: Number(name), state, parent: Number(parent) }];
        } catch {
          return [];
        }
      });
  } catch {
    return [];
  }
  const below = (of: number): Process[] =>
    all.filter(({ parent }) => parent === of).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}
