/** A note that the boot test passed on this machine, and with what: the same would pass again. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { imageInputsHash } from "../../../deploy";

/** What a machine is made from, and what judges it. The local cloud is not among it: it has tests of its own. */
const paths = [
  ...["images", "agent", "parsers", "sls", "package-lock.json"],
  ...[
    "scripts/images",
    "scripts/packages",
    "scripts/build-agent.mjs",
    "scripts/build-agent-binary.mjs",
    "scripts/image-node.mjs",
  ],
];

/** Of the files as they are on the disk, committed or not. */
export const inputsHash = (root: string): string =>
  imageInputsHash({ image: "app", environment: "virtual machine", region: "", paths, root });

const noteIn = (cache: string): string => join(cache, "vm-passed");

export function passedBefore(cache: string, hash: string): boolean {
  try {
    return readFileSync(noteIn(cache), "utf8") === `${hash}\n`;
  } catch {
    return false;
  }
}

/** Notes how a run ended; one that failed, or was ended, takes away what an earlier one noted. */
export function noteRun(cache: string, hash: string, passed: boolean): void {
  mkdirSync(cache, { recursive: true });
  if (passed) writeFileSync(noteIn(cache), `${hash}\n`);
  else rmSync(noteIn(cache), { force: true });
}
