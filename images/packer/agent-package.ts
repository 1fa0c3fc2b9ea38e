import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The agent's .deb of a folder that was made last. */
export function newestPackage(folder: string, arch: string = process.arch): string {
  const end = `_${architectures[arch] ?? arch}.deb`;
  const files = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.startsWith("sls-agent_") && name.endsWith(end))
    .map((name) => join(folder, name));
  const [newest] = files.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (newest !== undefined) return newest;
  throw new Error(
    `${folder} has no sls-agent_*${end}; make it with \`npm run build:packages\` in a clone of cdktf-sls, or name a package`,
  );
}
