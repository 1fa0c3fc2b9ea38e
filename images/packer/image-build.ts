/** Makes an image with Packer, and writes what the pipeline wants to know of it. */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { Collector, ImageManifest } from "../../sls/model/image-manifest";
import { checkBuild } from "./build-problems";
import { cyclonedx, parseInventory } from "./inventory";
import { buildArgs, imageIdOf, packer, parseVersion, secretEnvironment, takesPlugins, type Source } from "./packer";
import { assemble, checksumOf, madeOf, templatesFolder } from "./templates";

export interface ImageBuild {
  readonly image: string;
  readonly env: string;
  readonly source: Source;
  readonly region: string;
  readonly project: string;
  /** Empty: machines take it from their instance. */
  readonly userDefinedId: string;
  /** @default "agent" */
  readonly collector?: Collector;
  /** The agent's .deb or .rpm; needed for the collector `agent`. */
  readonly agentPackage?: string;
  readonly toolVersion: string;
  /** Where the manifest goes; the SBOM lies beside it. */
  readonly manifestFile: string;
  /** Further variables of the templates. */
  readonly variables: Readonly<Record<string, string>>;
  readonly packerProgram: string;
  /** With the keys that Packer needs. */
  readonly environment: NodeJS.ProcessEnv;
  readonly onLine?: (line: string) => void;
  /** Asks Packer to end, and to take away what it began. */
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
}

export interface Prepared {
  readonly args: readonly string[];
  /** Variables that are in no argument, with secrets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly version: string;
}

const sha256 = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex");

interface FileFacts {
  readonly file: string;
  readonly sha256: string;
}

const fileFacts = (path: string): FileFacts => ({ file: basename(path), sha256: sha256(readFileSync(path)) });

/** In a folder of its own, which is removed at the end. */
export async function buildImage(build: ImageBuild): Promise<ImageManifest> {
  const work = mkdtempSync(join(tmpdir(), "cdktf-sls-image-"));
  try {
    const { args, cwd, version, environment } = await prepare(build, work);
    const agentFile = build.agentPackage === undefined ? undefined : fileFacts(build.agentPackage);
    const run = {
      program: build.packerProgram,
      cwd,
      env: { ...build.environment, ...environment },
      ...(build.onLine ? { onLine: build.onLine } : {}),
      ...(build.signal ? { signal: build.signal } : {}),
    };
    if (takesPlugins(parseVersion(version))) await packer(["init", "."], run);
    await packer(args, run);
    return writeResults(build, work, version, agentFile);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** All but the run itself: what `--dry-run` shows. */
export async function prepare(build: ImageBuild, work: string): Promise<Prepared> {
  checkBuild(build);
  const said = await packer(["version"], { program: build.packerProgram, cwd: work, env: build.environment });
  const version = parseVersion(said);
  const cwd = assemble(templatesFolder(), build.image, work, { plugins: takesPlugins(version) });
  const args = buildArgs(build.source, {
    env: build.env,
    region: build.region,
    project: build.project,
    user_defined_id: build.userDefinedId,
    ...(build.agentPackage === undefined ? {} : { agent_package: resolve(build.agentPackage) }),
    ...(collectorOf(build) === "agent" ? {} : { collector: collectorOf(build) }),
    manifest: join(work, "packer-manifest.json"),
    inventory: join(work, "inventory.txt"),
    ...Object.fromEntries(Object.entries(build.variables).map(fromHere)),
  });
  return { args, cwd, version: version.join("."), environment: secretEnvironment(build.variables) };
}

const files = ["ca_file", "ssh_key_file"];

/** Packer runs in another folder than the person; a `~` it knows itself. */
const fromHere = ([name, value]: readonly [string, string]): [string, string] => [
  name,
  files.includes(name) && !value.startsWith("~") ? resolve(value) : value,
];

const collectorOf = ({ collector = "agent" }: ImageBuild): Collector => collector;

/** What the collector is called among what is installed. */
const installedAs: Readonly<Record<Collector, string>> = { agent: "sls-agent", logtail: "logtail" };

function writeResults(
  build: ImageBuild,
  work: string,
  packerVersion: string,
  agentFile: FileFacts | undefined,
): ImageManifest {
  const builtAt = (build.now?.() ?? new Date()).toISOString();
  const inventory = parseInventory(readFileSync(join(work, "inventory.txt"), "utf8"));
  const facts = {
    image: `${build.image}-${build.env}`,
    builtAt,
    toolVersion: build.toolVersion,
    serialNumber: randomUUID(),
  };
  const sbom = `${JSON.stringify(cyclonedx(inventory, facts), null, 2)}\n`;
  const manifestFile = resolve(build.manifestFile);
  const sbomFile = manifestFile.replace(/(\.json)?$/, ".cdx.json");
  const noted: unknown = JSON.parse(readFileSync(join(work, "packer-manifest.json"), "utf8"));
  const imageId = imageIdOf(noted, build.region);
  const collector = collectorOf(build);
  const name = installedAs[collector];
  const installed = inventory.packages.find((one) => one.name === name);
  if (installed === undefined) throw new Error(`the image has no ${name}, though its build said nothing of that`);
  const { version } = installed;
  const templates = madeOf(build.image, collector).map((folder) => checksumOf(join(work, folder)));
  const manifest: ImageManifest = {
    version: 1,
    image: build.image,
    env: build.env,
    source: build.source === "null" ? "ci" : "production",
    region: build.region,
    ...(imageId ? { imageId } : {}),
    builtAt,
    project: build.project,
    ...(build.userDefinedId ? { userDefinedId: build.userDefinedId } : {}),
    packerVersion,
    collector,
    ...(agentFile === undefined ? { logtail: { version } } : { agent: { version, ...agentFile } }),
    templatesSha256: sha256(templates.join("\n")),
    sbom: { file: basename(sbomFile), sha256: sha256(sbom), components: inventory.packages.length },
  };
  mkdirSync(dirname(manifestFile), { recursive: true });
  writeFileSync(sbomFile, sbom);
  writeFileSync(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
