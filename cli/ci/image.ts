import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { gitlabImageStore, imageInputsHash } from "../../deploy";
import { runProgram } from "../run-program";

interface Flags {
  readonly env: string;
  readonly inputs: readonly string[];
  readonly manifest?: string;
  readonly find?: boolean;
}

export function imageCommand(): Command {
  return new Command("image")
    .description("build an image unless one of the same inputs is there already")
    .argument("<name>", "name of the image")
    .argument("[command...]", "after --, what builds it and writes the manifest")
    .requiredOption("--env <name>", "environment")
    .option("--inputs <paths...>", "files and folders that the image is made from", ["images"])
    .option("--manifest <file>", "manifest of the build (default: images/manifests/NAME-ENV.json)")
    .option("--find", "only look: build nothing")
    .addHelpText(
      "after",
      "\nThe manifests are kept in the project's package registry in GitLab, under a checksum of the inputs, the environment and the region." +
        "\nCDKTF_SLS_REBUILD_IMAGES=true builds anew. Exit codes: 0 the manifest is there (or, with --find, nothing was found), 1 error",
    )
    .action(image);
}

function readManifest(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new Error(
      `${file}: the build ended well and left no manifest there (${(error as Error).message}); name it with --manifest`,
    );
  }
}

async function image(name: string, [program, ...args]: string[], flags: Flags): Promise<void> {
  const say = (text: string): unknown => process.stdout.write(`${text}\n`);
  const file = flags.manifest ?? `images/manifests/${name}-${flags.env}.json`;
  const region = process.env["ALICLOUD_REGION"] ?? process.env["ALIBABA_CLOUD_REGION"] ?? "";
  const inputs = { image: name, environment: flags.env, region, paths: flags.inputs, root: process.cwd() };
  const hash = imageInputsHash(inputs);
  const store = gitlabImageStore(process.env);
  const anew = process.env["CDKTF_SLS_REBUILD_IMAGES"] === "true" && flags.find !== true;
  const found = anew ? undefined : await store?.find(name, hash);
  if (found !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, found);
    say(`image ${name}: built before from the same inputs (${hash}); its manifest is in ${file}`);
    return;
  }
  if (flags.find === true) {
    say(`image ${name}: none was built from these inputs (${hash})`);
    return;
  }
  if (program === undefined) {
    throw new Error(`image ${name} must be built, and no command is given: cdktf-sls ci image ${name} … -- COMMAND`);
  }
  mkdirSync(dirname(file), { recursive: true });
  say(`image ${name}: building from ${flags.inputs.join(", ")} (${hash})`);
  const code = await runProgram(program, args, {});
  if (code !== 0) throw new Error(`image ${name}: ${program} ended with ${code}`);
  await store?.keep(name, hash, readManifest(file));
  say(`image ${name}: its manifest is in ${file}`);
}
