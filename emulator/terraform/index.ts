/** Gives Terraform the stand-in instead of the real provider. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { providerAddresses, providerVersion } from "./schema";

interface StandInOptions {
  /** The compiled main file. @default the one of this package */
  readonly main?: string;
}

function mainFile({ main }: StandInOptions): string {
  const candidates = [join(__dirname, "main.js"), resolve(__dirname, "../../dist/emulator/terraform/main.js")];
  const found = main ?? candidates.find((file) => existsSync(file));
  if (found === undefined) throw new Error("the Terraform stand-in is not compiled; run `npm run build`");
  return found;
}

const inShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const inHcl = (text: string): string => JSON.stringify(text).replaceAll("${", "$${").replaceAll("%{", "%%{");
const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/**
 * Writes a provider mirror and a CLI configuration into `dir`, and returns the environment with which Terraform and OpenTofu use
 * them. Nothing runs until Terraform starts it. Other providers come from their registries as ever.
 */
export function installStandIn(dir: string, options: StandInOptions = {}): { env: Record<string, string> } {
  const mirror = resolve(dir, "terraform-mirror");
  const platform = `${process.platform}_${architectures[process.arch] ?? process.arch}`;
  // The same text for every `dir`, so that a lock file made in one is good in another.
  const program = `#!/bin/sh\nexec ${inShell(process.execPath)} ${inShell(mainFile(options))} "$@"\n`;
  for (const address of providerAddresses) {
    const folder = join(mirror, address, providerVersion, platform);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `terraform-provider-alicloud_v${providerVersion}`);
    writeFileSync(file, program);
    chmodSync(file, 0o755);
  }
  const addresses = `[${providerAddresses.map(inHcl).join(", ")}]`;
  const config = resolve(dir, "terraform.tfrc");
  writeFileSync(
    config,
    `provider_installation {
  filesystem_mirror {
    path    = ${inHcl(mirror)}
    include = ${addresses}
  }
  direct {
    exclude = ${addresses}
  }
}
`,
  );
  return { env: { TF_CLI_CONFIG_FILE: config, CHECKPOINT_DISABLE: "1" } };
}
