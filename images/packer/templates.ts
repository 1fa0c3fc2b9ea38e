/** The Packer templates of an image, as files on the disk. */
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Collector } from "../../sls/model/image-manifest";

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

/** Folder of what goes onto machines with Logtail, and in it, by name, what those share with machines of the agent. */
export const logtailFolder = "logtail-official";
export const sharedWithLogtail: Readonly<Record<string, string>> = {
  "80-logtail-tcp.conf": "rsyslog/80-logtail-tcp.conf",
  "clean-image.sh": "agent/clean-image.sh",
  "first-boot.sh": "agent/first-boot.sh",
  "logtail-first-boot.service": "agent/logtail-first-boot.service",
  "rsyslog-10-after-logtail.conf": "systemd/rsyslog.service.d/10-after-logtail.conf",
};

/** Folders of an assembled image from which it is made with a collector. */
export const madeOf = (image: string, collector: Collector): readonly string[] => [
  "common",
  "systemd",
  ...(collector === "logtail" ? [logtailFolder] : []),
  image,
];

/**
 * Copies what an image is made with into a folder, and resolves to the one that Packer is to read. What is shared is copied to where it is
 * looked for: in a clone there are links, which a package of npm does not carry. With `plugins`, for Packer 1.7 and newer, what names its
 * plugins too.
 */
export function assemble(folder: string, image: string, into: string, { plugins }: { plugins: boolean }): string {
  if (!hasTemplate(folder, image)) {
    throw new Error(`${folder} has no image ${JSON.stringify(image)}; there are: ${imagesIn(folder).join(", ")}`);
  }
  const read = join(into, image);
  mkdirSync(read, { recursive: true });
  for (const name of ["common", "systemd", logtailFolder, image]) {
    cpSync(join(folder, name), join(into, name), { recursive: true, dereference: true });
  }
  for (const [name, from] of Object.entries(sharedWithLogtail)) {
    copyFileSync(join(folder, from), join(into, logtailFolder, name));
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
