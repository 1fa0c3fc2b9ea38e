import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { imagesIn, templatesFolder } from "../../images/packer";
import { runProgram } from "../run-program";

export function imageVerifyCommand(): Command {
  return new Command("verify")
    .description(
      "bake images in containers of this machine, boot them against the local cloud, and check that they log",
    )
    .argument("[images...]", `of ${imagesIn(templatesFolder()).join(", ")} (default: all)`)
    .option("--package <file>", "the agent's .deb (default: that in build/, made where its sources are newer)")
    .option("--keep", "leave logs and trees of the run")
    .addHelpText(
      "after",
      "\nNeeds root, and what scripts/ci-setup.sh installs. The same as `npm run test:images` in a clone." +
        "\nOf images with --collector logtail it checks what is around Logtail (app only): a stand-in takes the lines at its port. Logtail itself, its" +
        "\ninstaller, and whether it finds its machine group cannot be checked without the service; `cdktf-sls verify` does on a machine that runs.",
    )
    .action(verify);
}

async function verify(images: readonly string[], flags: { package?: string; keep?: boolean }): Promise<void> {
  const repository = dirname(templatesFolder());
  const script = join(repository, "scripts/images/main.ts");
  if (!existsSync(script)) {
    throw new Error("boot tests are part of the source repository and not of the package; run this in a clone of it");
  }
  const args = [
    ...images.flatMap((name) => ["--image", name]),
    ...(flags.package ? ["--package", flags.package] : []),
    ...(flags.keep ? ["--keep"] : []),
  ];
  const tsNode = join(repository, "node_modules/ts-node/dist/bin.js");
  process.exitCode = await runProgram(process.execPath, [tsNode, script, ...args], {});
}
