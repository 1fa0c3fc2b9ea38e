/** The Packer templates of an image, as files on the disk. */
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** The package's folder of templates: `images/` of a clone, or of the installed package. */
export function templatesFolder(from: string = __dirname): string {
  if (existsSync(join(from, "package.json"))) return join(from, "images");
  return templatesFolder(dirname(from));
}

const hasTemplate = (folder: string, name: string): boolean => existsSync(join(folder, name, `${name}.pkr.hcl`));

export const imagesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => hasTemplate(folder, name))
    .sort();

/**
 * Copies what an image is made with into a folder, and resolves to the one that Packer is to read. Shared templates are copied into it: they
 * are links in a clone, which a package of npm does not carry. With `plugins`, for Packer 1.7 and newer, what names its plugins too.
 */
export function assemble(folder: string, image: string, into: string, { plugins }: { plugins: boolean }): string {
  if (!hasTemplate(folder, image)) {
    throw new Error(`${folder} has no image ${JSON.stringify(image)}; there are: ${imagesIn(folder).join(", ")}`);
  }
  const read = join(into, image);
  mkdirSync(read, { recursive: true });
  for (const name of ["common", "systemd", image]) {
    cpSync(join(folder, name), join(into, name), { recursive: true, dereference: true });
  }
  for (const name of sharedTemplates(folder)) copyFileSync(join(folder, "common", name), join(read, name));
  if (plugins) copyFileSync(join(folder, "common/newer-packer/plugins.pkr.hcl"), join(read, "plugins.pkr.hcl"));
  return read;
}

export const sharedTemplates = (folder: string): string[] =>
  readdirSync(join(folder, "common")).filter((name) => name.endsWith(".pkr.hcl"));

/** SHA-256 over paths, modes and bytes of all files below a folder, in the order of their paths. */
export function checksumOf(folder: string): string {
  const hash = createHash("sha256");
  const add = (path: string): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const inner = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) add(inner);
      else {
        const executable = (statSync(join(folder, inner)).mode & 0o100) !== 0;
        hash
          .update(`${inner}\0${executable ? "x" : "-"}\0`)
          .update(readFileSync(join(folder, inner)))
          .update("\0");
      }
    }
  };
  add("");
  return hash.digest("hex");
}
