/** What is wrong with the wishes for an image, before Packer or a machine would find it out. */
import { existsSync } from "node:fs";
import type { ImageBuild } from "./image-build";

/** Variables that say the same as a field: the manifest would say something else than the image. */
const fields: Readonly<Record<string, string>> = {
  env: "--env",
  region: "--region",
  project: "--project",
  user_defined_id: "--user-defined-id",
  collector: "--collector",
  agent_package: "--agent-package",
  manifest: "--manifest",
  inventory: "--manifest",
};

/** Throws the first problem. */
export function checkBuild(build: ImageBuild): void {
  const { variables, userDefinedId, collector = "agent" } = build;
  const doubled = Object.keys(variables).find((name) => fields[name] !== undefined);
  if (doubled !== undefined) throw new Error(`--var ${doubled}=… cannot be given; use ${fields[doubled]}`);
  if (userDefinedId !== "" && !/^[!-~]{1,128}$/.test(userDefinedId)) {
    throw new Error(
      `a user-defined id must be of 1 to 128 printable ASCII characters without spaces, got ${JSON.stringify(userDefinedId)}`,
    );
  }
  if (collector === "agent") checkAgent(build);
  else checkLogtail(build);
}

function checkAgent({ variables, agentPackage }: ImageBuild): void {
  const alien = ["logtail_version", "logtail_url"].find((name) => variables[name] !== undefined);
  if (alien !== undefined) throw new Error(`--var ${alien}=… is for Logtail; leave it out, or use --collector logtail`);
  if (agentPackage === undefined || !existsSync(agentPackage) || !/\.(deb|rpm)$/.test(agentPackage)) {
    throw new Error(
      `the agent's package must be a file that ends in .deb or .rpm, got ${agentPackage ?? "none"}; \`npm run build:packages\` in a clone of cdktf-sls makes them in build/`,
    );
  }
}

function checkLogtail({ variables, agentPackage }: ImageBuild): void {
  if (agentPackage !== undefined) {
    throw new Error("--agent-package is for sls-agent; leave it out, or use --collector agent");
  }
  const { rsyslog = "tcp", ca_file: caFile, logtail_version: version = "" } = variables;
  if (rsyslog !== "tcp") {
    throw new Error(`--var rsyslog=${rsyslog} is for sls-agent: Logtail takes lines over TCP alone; leave it out`);
  }
  if (caFile !== undefined) {
    throw new Error("--var ca_file=… is for sls-agent: Logtail trusts the certificates that it brings; leave it out");
  }
  if (version !== "" && !isSupported(version)) {
    throw new Error(
      `--var logtail_version=… must be 1.5.0 or newer, such as 1.8.7, or left out for the newest; got ${JSON.stringify(version)}`,
    );
  }
}

/** As images/logtail-official/install.sh finds of what it has installed: forward proxies came with 1.5.0. */
function isSupported(version: string): boolean {
  if (!/^\d+(\.\d+)+$/.test(version)) return false;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || (major === 1 && minor >= 5);
}
