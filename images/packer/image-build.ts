/** Makes an image with Packer, and writes what the pipeline wants to know of it. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { ImageManifest } from "../../sls/model/image-manifest";
import { cyclonedx, parseInventory } from "./inventory";
import { buildArgs, imageIdOf, packer, parseVersion, secretEnvironment, takesPlugins, type Source } from "./packer";
import { assemble, checksumOf, templatesFolder } from "./templates";

export interface ImageBuild {
  readonly image: string;
  readonly env: string;
  readonly source: Source;
  readonly region: string;
  readonly project: string;
  /** Empty: machines take it from their instance. */
  readonly userDefinedId: string;
  /** The agent's .deb or .rpm. */
  readonly agentPackage: string;
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

/** In a folder of its own, which is removed at the end. */
export async function buildImage(build: ImageBuild): Promise<ImageManifest> {
  const work = mkdtempSync(join(tmpdir(), "cdktf-sls-image-"));
  try {
    const { args, cwd, version, environment } = await prepare(build, work);
    const agentSha256 = sha256(readFileSync(build.agentPackage));
    const run = {
      program: build.packerProgram,
      cwd,
      env: { ...build.environment, ...environment },
      ...(build.onLine ? { onLine: build.onLine } : {}),
      ...(build.signal ? { signal: build.signal } : {}),
    };
    if (takesPlugins(parseVersion(version))) await packer(["init", "."], run);
    await packer(args, run);
    return writeResults(build, work, version, agentSha256);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** All but the run itself: what `--dry-run` shows. */
export async function prepare(build: ImageBuild, work: string): Promise<Prepared> {
  check(build);
  const said = await packer(["version"], { program: build.packerProgram, cwd: work, env: build.environment });
  const version = parseVersion(said);
  const cwd = assemble(templatesFolder(), build.image, work, { plugins: takesPlugins(version) });
  const args = buildArgs(build.source, {
    env: build.env,
    region: build.region,
    project: build.project,
    user_defined_id: build.userDefinedId,
    agent_package: resolve(build.agentPackage),
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

/** Variables that say the same as a field: the manifest would say something else than the image. */
const fields: Readonly<Record<string, string>> = {
  env: "--env",
  region: "--region",
  project: "--project",
  user_defined_id: "--user-defined-id",
  agent_package: "--agent-package",
  manifest: "--manifest",
  inventory: "--manifest",
};

/** Throws what Packer would find out late, or the machines. */
function check({ variables, userDefinedId, agentPackage }: ImageBuild): void {
  const doubled = Object.keys(variables).find((name) => fields[name] !== undefined);
  if (doubled !== undefined) throw new Error(`--var ${doubled}=… cannot be given; use ${fields[doubled]}`);
  if (userDefinedId !== "" && !/^[!-~]{1,128}$/.test(userDefinedId)) {
    throw new Error(
      `a user-defined id must be of 1 to 128 printable ASCII characters without spaces, got ${JSON.stringify(userDefinedId)}`,
    );
  }
  if (!existsSync(agentPackage) || !/\.(deb|rpm)$/.test(agentPackage)) {
    throw new Error(
      `the agent's package must be a file that ends in .deb or .rpm, got ${agentPackage}; \`npm run build:packages\` in a clone of cdktf-sls makes them in build/`,
    );
  }
}

function writeResults(build: ImageBuild, work: string, packerVersion: string, agentSha256: string): ImageManifest {
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
  const agent = inventory.packages.find(({ name }) => name === "sls-agent");
  if (agent === undefined) throw new Error("the image has no package sls-agent, though its build said nothing of that");
  const templates = ["common", "systemd", build.image].map((name) => checksumOf(join(work, name)));
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
    agent: {
      version: agent.version,
      file: basename(build.agentPackage),
      sha256: agentSha256,
    },
    templatesSha256: sha256(templates.join("\n")),
    sbom: { file: basename(sbomFile), sha256: sha256(sbom), components: inventory.packages.length },
  };
  mkdirSync(dirname(manifestFile), { recursive: true });
  writeFileSync(sbomFile, sbom);
  writeFileSync(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
