import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Files and folders that the agent's packages are made from. */
const sources = [
  ...["agent", "parsers", "sls", "package.json", "package-lock.json", "LICENSE", "docs/agent.md", "docs/images.md"],
  ...["images/agent", "images/rsyslog", "images/systemd"],
  ...["scripts/packages", "scripts/build-agent.mjs", "scripts/build-agent-binary.mjs", "scripts/image-node.mjs"],
];

/** SHA-256 over paths and bytes of all that the packages are made from. */
export function sourcesOf(root: string): string {
  const hash = createHash("sha256");
  const add = (path: string): void => {
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
    } else {
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(root, path)))
        .update("\0");
    }
  };
  sources.forEach(add);
  return hash.digest("hex");
}
