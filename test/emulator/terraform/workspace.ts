/** Real terraform in a folder of its own, with the stand-in made from the sources as they are now, inside a local cloud. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { build } from "esbuild";
import { startLocalCloud, type LocalCloud } from "../../../emulator";
import { installStandIn } from "../../../emulator/terraform";
import { Cloud } from "../../../emulator/terraform/cloud";
import { settingsOf } from "../../../emulator/terraform/settings";
import { repository, testWith, tool } from "../../support/tools";

export const terraformFile = tool("terraform");
export const testWithTerraform = testWith("terraform", terraformFile);

export interface Ended {
  readonly code: number;
  /** Both streams, without colours. */
  readonly text: string;
}

/** Without colours and the frames around diagnostics. */
const plain = (text: string): string => stripVTControlCharacters(text).replace(/^[╷│╵] ?/gm, "");

/** Resolves when the process is gone. Never synchronous: the local cloud answers from this very process. */
export function run(
  file: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    const add = (chunk: string): void => void (text += chunk);
    child.stdout.setEncoding("utf8").on("data", add);
    child.stderr.setEncoding("utf8").on("data", add);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, text: plain(text) }));
  });
}

/** The stand-in's main file, in a place from which it finds the packages. */
async function bundleMain(): Promise<string> {
  const folder = join(repository, "node_modules/.cache/cdktf-sls-test");
  mkdirSync(folder, { recursive: true });
  const outfile = join(mkdtempSync(join(folder, "stand-in-")), "main.cjs");
  await build({
    entryPoints: [join(repository, "emulator/terraform/main.ts")],
    bundle: true,
    platform: "node",
    packages: "external",
    outfile,
    logLevel: "error",
  });
  return outfile;
}

export class Workspace {
  private constructor(
    readonly folder: string,
    readonly main: string,
    readonly cloud: LocalCloud,
    readonly env: NodeJS.ProcessEnv,
    /** For changes by hand. */
    readonly api: Cloud,
  ) {}

  static async open(): Promise<Workspace> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "cdktf-sls-tf-")));
    const [main, cloud] = await Promise.all([bundleMain(), startLocalCloud({ stateDir: join(folder, "cloud") })]);
    const env = { ...process.env, ...cloud.env(), ...installStandIn(folder, { main }).env, TF_IN_AUTOMATION: "1" };
    const api = new Cloud(settingsOf({}, env), new AbortController().signal);
    return new Workspace(folder, main, cloud, env, api);
  }

  async close(): Promise<void> {
    this.api.close();
    await this.cloud.close();
    rmSync(join(this.main, ".."), { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A configuration in a folder `name`, with the provider required. */
  write(name: string, text: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "main.tf"), `${required}${text}`);
    return folder;
  }

  terraform(name: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const cwd = join(this.folder, name);
    return run(terraformFile ?? "terraform", args, { cwd, env: { ...this.env, ...extra } });
  }

  /** Attributes of a resource in the state. */
  async attributes(name: string, address: string): Promise<Record<string, unknown>> {
    const { text } = await this.terraform(name, ["show", "-json"]);
    const state = JSON.parse(text) as {
      values?: { root_module: { resources: { address: string; values: Record<string, unknown> }[] } };
    };
    const found = state.values?.root_module.resources.find((resource) => resource.address === address);
    if (found === undefined) throw new Error(`no ${address} in the state`);
    return found.values;
  }
}

const required = `
terraform {
  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = "1.285.0"
    }
  }
}
`;
