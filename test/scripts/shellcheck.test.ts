import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { repository, testWith, tool } from "../support/tools";

/** Every file that git knows whose first line names a shell. */
function shellScripts(): string[] {
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
  });
  return files
    .toString()
    .split("\0")
    .filter((file) => file !== "" && !/\.(ts|json|md|txt)$/.test(file))
    .filter((file) => /^#!.*\b(ba|da)?sh\b/.test(readFileSync(join(repository, file)).toString("latin1", 0, 64)));
}

testWith("shellcheck", tool("shellcheck"))("shellcheck finds nothing in our shell scripts", () => {
  const scripts = shellScripts();
  expect(scripts).toEqual(expect.arrayContaining([".ci/run", "scripts/ci-setup.sh", "images/agent/first-boot.sh"]));
  const found = spawnSync("shellcheck", ["--format=gcc", ...scripts], { cwd: repository, encoding: "utf8" });
  expect(found).toMatchObject({ status: 0, stdout: "", stderr: "" });
});
