/** Standard output of commands that a person or a pipe reads to the end. */
import * as fs from "node:fs";
import { exitCodes } from "../exit-codes";

/**
 * Writes to standard output; resolves when the reader has it, or is gone. Before that the process must not exit: a pipe takes
 * 64 KiB, and what Node still holds for it would be lost.
 */
export const print = (text: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(text, () => resolve()));

/** A reader that has seen enough (`| head`) is no failure. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.ok);
    fs.writeSync(2, `sls-agent: standard output: ${error.message}\n`);
    process.exit(exitCodes.failed);
  });
}
