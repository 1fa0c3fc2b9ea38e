import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { credentialsFor } from "../../deploy";
import { findOnPath } from "../../deploy/terraform-binary";
import {
  buildImage,
  imagesIn,
  newestPackage,
  prepare,
  progressOf,
  sources,
  targetOf,
  templatesFolder,
  userDefinedIdOf,
  type ImageBuild,
  type Source,
} from "../../images/packer";
import { proxyFromEnv } from "../../sls";
import { collectors, type Collector, type ImageManifest } from "../../sls/model/image-manifest";
import { quoted } from "../local/options";
import { addServiceOptions, clientFor, readStacks, regionOf, type ServiceFlags } from "../service-options";
import { untilSignal } from "../until-signal";
import { packageVersion } from "../version";

interface Flags extends ServiceFlags {
  readonly env: string;
  readonly source: Source;
  readonly project?: string;
  readonly group?: string;
  readonly userDefinedId?: string;
  readonly collector: Collector;
  readonly agentPackage?: string;
  readonly manifest?: string;
  readonly var: readonly string[];
  readonly dryRun?: boolean;
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function imageBuildCommand(): Command {
  return addServiceOptions(new Command("build"))
    .description("make an image with Packer, and a manifest and an SBOM of it")
    .argument("<image>", `one of ${imagesIn(templatesFolder()).join(", ")}`)
    .option("--env <name>", "environment: which of the deployed stacks it is for", process.env["ENV_NAME"] ?? "dev")
    .addOption(
      new Option("--source <name>", "an image of ECS, or (for CI) a machine over ssh")
        .choices(Object.keys(sources))
        .default("alicloud-ecs"),
    )
    .option("--project <name>", "log project (default: the stack's)")
    .option("--group <name>", "machine group (default: the stack's)")
    .option(
      "--user-defined-id <id>",
      'what its machines say in /etc/ilogtail/user_defined_id (default: as the machine group has it); "": each machine takes it from its user data',
    )
    .addOption(
      new Option("--collector <name>", "what collects: sls-agent, or the service's own Logtail (1.5.0 or newer)")
        .choices(collectors)
        .default("agent"),
    )
    .option(
      "--agent-package <file>",
      "the agent's .deb or .rpm (default: the newest .deb in build/, for ECS that of x64)",
    )
    .option("--manifest <file>", "where to write what was made (default: build/image-IMAGE-ENV.json)")
    .option(
      "--var <name=value>",
      "further variable of the templates, e.g. source_image, ssh_host, proxy_url",
      collect,
      [],
    )
    .option("--dry-run", "print the command of Packer, and do nothing")
    .addHelpText(
      "after",
      "\nPacker must be on PATH. The local cloud has no images: --source alicloud-ecs needs an account." +
        "\n--collector logtail: the machine that is provisioned fetches Logtail's installer from the service's bucket of the region" +
        "\n(--var logtail_url=… another place, --var logtail_version=… another than the newest version); rsyslog forwards over TCP.",
    )
    .action(build);
}

async function build(image: string, flags: Flags): Promise<void> {
  const found = await findTarget(flags);
  const packerProgram = findOnPath("packer", process.env);
  if (packerProgram === undefined) {
    throw new Error(
      "packer is not on PATH; install it: apt-get install packer, or https://developer.hashicorp.com/packer/install",
    );
  }
  const shown = flags.json
    ? {}
    : {
        onLine: (line: string) => {
          const step = progressOf(line);
          if (step !== undefined) process.stdout.write(`  ${step}\n`);
        },
      };
  const settings: ImageBuild = {
    image,
    ...found,
    env: flags.env,
    source: flags.source,
    collector: flags.collector,
    ...agentPackageOf(flags),
    toolVersion: packageVersion(),
    manifestFile: flags.manifest ?? join("build", `image-${image}-${flags.env}.json`),
    variables: Object.fromEntries(flags.var.map(variable)),
    packerProgram,
    environment: process.env,
    ...shown,
  };
  if (flags.dryRun) return dryRun(settings, flags.json === true);
  const environment = await withKeys(flags);
  const manifest = await untilSignal((signal) => buildImage({ ...settings, environment, signal }));
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(manifest, null, 2)}\n`
      : `${manifest.imageId ?? "the machine"} is ${image} of ${flags.env}: ${collectorOf(manifest)}, ${manifest.sbom.components} packages\n${settings.manifestFile}\n`,
  );
}

/** Logtail has none; one that is given all the same is told by the build. */
function agentPackageOf({ agentPackage, collector, source }: Flags): { agentPackage?: string } {
  if (agentPackage === undefined && collector === "logtail") return {};
  return { agentPackage: agentPackage ?? newestPackage("build", source === "null" ? process.arch : "x64") };
}

const collectorOf = ({ agent, logtail }: ImageManifest): string =>
  logtail === undefined ? `agent ${agent?.version}` : `Logtail ${logtail.version}`;

async function dryRun(settings: ImageBuild, json: boolean): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "cdktf-sls-image-"));
  try {
    const { args, version, environment } = await prepare(settings, work);
    const own = args.map((arg) => arg.replaceAll(work, "WORK"));
    const hidden = Object.keys(environment);
    if (json) {
      const told = { packerVersion: version, templates: templatesFolder(), args: own, environment: hidden };
      process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
      return;
    }
    const variables = hidden.map((name) => `${name}=*** `).join("");
    process.stdout.write(
      `# Packer ${version}, in WORK/${settings.image}: a copy of ${templatesFolder()}\n${variables}packer ${own.map(quoted).join(" ")}\n`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function variable(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Error(`--var must be NAME=VALUE, got ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** From the flags alone where they say all; else from the deployed stacks, and the service for the user-defined id. */
async function findTarget(flags: Flags): Promise<{ region: string; project: string; userDefinedId: string }> {
  const { project, userDefinedId } = flags;
  if (project !== undefined && userDefinedId !== undefined && flags.region !== undefined) {
    return { region: regionOf(flags, undefined), project, userDefinedId };
  }
  const stacks = (await readStacks(flags)).map(({ stack, manifest }) => ({
    stack: flags.stack === undefined ? stack : "",
    ...(manifest.region ? { region: manifest.region } : {}),
    collections: manifest.logtailConfigs,
  }));
  const target = targetOf(stacks, {
    env: flags.env,
    ...(project ? { project } : {}),
    ...(flags.group ? { group: flags.group } : {}),
  });
  const region = regionOf(flags, target.region);
  if (userDefinedId !== undefined) return { region, project: target.project, userDefinedId };
  const { client, close } = clientFor(flags, target.region);
  try {
    return {
      region,
      project: target.project,
      userDefinedId: userDefinedIdOf(await client.getMachineGroup(target.project, target.group)),
    };
  } finally {
    close();
  }
}

/** Packer gets the key that our own calls use, by the environment: it is in no argument. */
async function withKeys(flags: Flags): Promise<NodeJS.ProcessEnv> {
  if (flags.source === "null") return process.env;
  const proxy = proxyFromEnv(process.env);
  const source = credentialsFor({ env: process.env, proxy, ...(flags.profile ? { profile: flags.profile } : {}) });
  const { accessKeyId, accessKeySecret, securityToken = "" } = await source.getCredentials();
  return {
    ...process.env,
    ALICLOUD_ACCESS_KEY: accessKeyId,
    ALICLOUD_SECRET_KEY: accessKeySecret,
    ALICLOUD_SECURITY_TOKEN: securityToken,
  };
}
