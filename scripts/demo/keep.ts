/** `--keep` and `--stop`: what is left running is written down, so that it can be stopped by anyone. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "./console";
import { commandOf } from "../../emulator/other-process";
import { stopTree } from "./processes";
import { repository, type Folders } from "./world";

const file = join(repository, ".cdktf-sls", "demo.json");

interface Kept {
  readonly root: string;
  /** In the order in which they are to be stopped. */
  readonly pids: readonly number[];
}

export function keep(folders: Folders, pids: readonly number[]): void {
  mkdirSync(join(repository, ".cdktf-sls"), { recursive: true });
  writeFileSync(file, JSON.stringify({ root: folders.root, pids } satisfies Kept));
}

export async function stopKept(options: { readonly quiet?: boolean } = {}): Promise<number> {
  if (!existsSync(file)) {
    if (!options.quiet) say("nothing is running that an earlier demo kept");
    return 0;
  }
  const kept = JSON.parse(readFileSync(file, "utf8")) as Kept;
  // After a restart of the machine a number may be somebody else's: ours name the demo's folder.
  const running = kept.pids.filter((pid) => commandOf(pid)?.includes(kept.root));
  for (const pid of running) await stopTree(pid);
  rmSync(kept.root, { recursive: true, force: true });
  rmSync(file);
  say(`stopped what an earlier demo kept (${running.length} processes)`);
  return 0;
}
