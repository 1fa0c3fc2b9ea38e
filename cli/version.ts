import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The package's version, from the nearest package.json above: one level up in a clone's sources, two in dist/. */
export function packageVersion(from: string = __dirname): string {
  const file = join(from, "package.json");
  if (!existsSync(file)) return packageVersion(dirname(from));
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
