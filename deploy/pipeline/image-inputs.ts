/** What an image is made from, as one checksum: the same files, environment and region give the same image. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";

export interface ImageInputs {
  readonly image: string;
  readonly environment: string;
  readonly region: string;
  /** Files and folders, relative to `root`. */
  readonly paths: readonly string[];
  readonly root: string;
}

/** Manifests of images are written among the inputs, and are none. */
const ignored = /(?:^|\/)(?:manifests|node_modules|\.git)(?:\/|$)/;

function filesIn(root: string, path: string): string[] {
  const full = join(root, path);
  let stat;
  try {
    stat = statSync(full);
  } catch {
    throw new Error(`${path}: no such file or folder, but the image is said to be made from it (--inputs)`);
  }
  if (stat.isFile()) return [path];
  return readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const child = `${path.replace(/\/+$/, "")}/${entry.name}`;
    if (ignored.test(child)) return [];
    if (entry.isDirectory()) return filesIn(root, child);
    return entry.isFile() ? [child] : [];
  });
}

/** 16 hex digits. File modes count too: scripts are run. */
export function imageInputsHash({ image, environment, region, paths, root }: ImageInputs): string {
  const hash = createHash("sha256").update([image, environment, region].join("\0"));
  const files = [...new Set(paths.flatMap((path) => filesIn(root, path)))].sort();
  for (const file of files) {
    const full = join(root, file);
    const content = createHash("sha256").update(readFileSync(full)).digest("hex");
    const executable = (statSync(full).mode & 0o100) !== 0;
    hash.update(`\n${file.replaceAll(sep, "/")} ${executable ? "x" : "-"} ${content}`);
  }
  return hash.digest("hex").slice(0, 16);
}
