/** An agent whose disk takes its time: loaded before it, by NODE_OPTIONS. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** For the environment of an agent: each fdatasync takes so much longer. `folder` gets what does that. */
export function slowPromises(folder: string, ms: number): NodeJS.ProcessEnv {
  const file = join(folder, "slow-promises.cjs");
  writeFileSync(
    file,
    `const fs = require("node:fs");
const real = fs.fdatasync;
fs.fdatasync = (handle, done) => setTimeout(() => real(handle, done), ${ms});
`,
  );
  return { NODE_OPTIONS: `--require ${file}` };
}
