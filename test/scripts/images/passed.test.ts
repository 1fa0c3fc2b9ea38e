/** When the boot test of a virtual machine is run again. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inputsHash, noteRun, passedBefore } from "../../../scripts/images/vm/passed";
import { temporaryFolder } from "../../agent/support/folder";
import { repository } from "../../support/tools";

it("only a run that passed is noted, for what it was made from alone; one that failed forgets it", () => {
  const cache = join(temporaryFolder(), "images");
  expect(passedBefore(cache, "a")).toBe(false);
  noteRun(cache, "a", true);
  expect([passedBefore(cache, "a"), passedBefore(cache, "b")]).toEqual([true, false]);
  noteRun(cache, "b", false);
  expect(passedBefore(cache, "a")).toBe(false);
});

it("another file of the image, the agent or the test is another input; the local cloud and the documentation are not", () => {
  const root = temporaryFolder();
  for (const path of ["images", "agent", "parsers", "sls", "scripts", "package-lock.json"]) {
    cpSync(join(repository, path), join(root, path), { recursive: true });
  }
  const before = inputsHash(root);
  expect(inputsHash(root)).toBe(before);
  writeFileSync(join(root, "README.md"), "new");
  expect(inputsHash(root)).toBe(before);
  const hashes = ["images/agent/logtail.service", "agent/main.ts", "scripts/images/vm/vm.pkr.hcl"].map((path) => {
    writeFileSync(join(root, path), "new");
    return inputsHash(root);
  });
  expect(new Set([before, ...hashes]).size).toBe(4);
});
