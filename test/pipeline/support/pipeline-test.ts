/** `test` where all tools of a pipeline are there; else the run says which are not, and how to get them. */
import type { test } from "vitest";
import { findTerraform } from "../../../deploy";
import { testWith, tool } from "../../support/tools";
import { node22 } from "./run-pipeline";

/** What is missing, with where it comes from. */
function missingTools(): readonly string[] {
  const setup = "scripts/ci-setup.sh";
  const tools: readonly (readonly [string | undefined, string])[] = [
    [findTerraform(process.env), "terraform or tofu (https://opentofu.org/docs/intro/install)"],
    [node22(), `Node 22 for gitlab-ci-local (${setup})`],
    [tool("rsync"), `rsync (${setup})`],
    [tool("git"), `git (${setup})`],
  ];
  return tools.flatMap(([found, what]) => (found === undefined ? [what] : []));
}

export const hasTools = (): boolean => missingTools().length === 0;

export function pipelineTest(): typeof test {
  const missing = missingTools();
  if (missing.length === 0) return testWith("", "all");
  process.stdout.write(`\npipelines cannot run here, missing: ${missing.join(", ")}\n`);
  return testWith(missing.join(", "), undefined);
}
