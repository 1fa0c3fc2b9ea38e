/** Ways to give Terraform the stand-in instead of the real provider. */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { providerAddresses, providerVersion } from "./schema";

export interface StandInOptions {
  /** The compiled main file. @default the one of this package */
  readonly main?: string;
}

export interface ReattachOptions extends StandInOptions {
  /** Where the socket goes; its path must be short (104 bytes on macOS). */
  readonly dir: string;
  /** Credentials, region, proxy and certificate authority for the stand-in: it cannot see Terraform's environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

export interface StandIn {
  readonly env: { readonly TF_REATTACH_PROVIDERS: string };
  readonly pid: number;
  /** Resolves when the process is gone. */
  close(): Promise<void>;
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

/** Starts the stand-in once for many runs of Terraform: quicker, and `terraform init` needs neither registry nor mirror. */
export async function startStandIn(options: ReattachOptions): Promise<StandIn> {
  options.signal?.throwIfAborted();
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const socket = resolve(options.dir, "alicloud.sock");
  rmSync(socket, { force: true });
  const child = spawn(process.execPath, [mainFile(options), "--reattach", socket], {
    env: options.env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const gone = new Promise<void>((end) => child.once("close", () => end()));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
  const close = async (): Promise<void> => {
    child.stdin.end();
    const force = setTimeout(() => child.kill("SIGKILL"), 2_000);
    await gone;
    clearTimeout(force);
  };
  options.signal?.addEventListener("abort", () => void close(), { once: true });
  child.stdin.on("error", () => {});

  const line = await new Promise<string>((ready, failed) => {
    createInterface(child.stdout).once("line", ready);
    child.once("error", failed);
    void gone.then(() => failed(new Error(`the Terraform stand-in ended before it was ready: ${said.trim()}`)));
  });
  return { env: { TF_REATTACH_PROVIDERS: line }, pid: child.pid ?? 0, close };
}
