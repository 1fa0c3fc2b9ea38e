import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Full path of a program on PATH, or undefined. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (name.includes("/")) return isExecutable(name) ? name : undefined;
  return (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Terraform or OpenTofu: what TERRAFORM_BINARY_NAME (CDKTF's own variable) says, else the first on PATH. */
export function findTerraform(env: NodeJS.ProcessEnv): string | undefined {
  const named = env["TERRAFORM_BINARY_NAME"];
  return named ? findOnPath(named, env) : (findOnPath("terraform", env) ?? findOnPath("tofu", env));
}

export const terraformMissing = (env: NodeJS.ProcessEnv): Error =>
  new Error(
    `${env["TERRAFORM_BINARY_NAME"] ? `${env["TERRAFORM_BINARY_NAME"]} is not` : "neither terraform nor tofu is"} on PATH; install Terraform ` +
      `(https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install), ` +
      `or name the binary in TERRAFORM_BINARY_NAME`,
  );
