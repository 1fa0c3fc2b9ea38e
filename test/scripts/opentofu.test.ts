import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { unpack, verify } from "../../scripts/demo/opentofu";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-tofu-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a release archive is unpacked to one program that can be run, and leaves nothing else", async () => {
  const release = mkdtempSync(join(folder, "release-"));
  writeFileSync(join(release, "tofu"), "#!/bin/sh\necho tofu\n");
  writeFileSync(join(release, "LICENSE"), "text");
  const archive = execFileSync("tar", ["-czf", "-", "-C", release, "LICENSE", "tofu"]);
  const cache = mkdtempSync(join(folder, "cache-"));
  await unpack(archive, join(cache, "tofu-1"));
  expect(readdirSync(cache)).toEqual(["tofu-1"]);
  accessSync(join(cache, "tofu-1"), constants.X_OK);
  expect(readFileSync(join(cache, "tofu-1"), "utf8")).toContain("echo tofu");
});

test("an archive that is cut short is not installed, and the error says how to install by hand", async () => {
  const cache = mkdtempSync(join(folder, "cache-"));
  await expect(unpack(Buffer.from("not an archive"), join(cache, "tofu-1"))).rejects.toThrow(
    /^could not unpack OpenTofu .*opentofu\.org\/docs\/intro\/install/s,
  );
  expect(readdirSync(cache)).toEqual([]);
});

test("another archive than the pinned one is refused", () => {
  const good = createHash("sha256").update("good").digest("hex");
  expect(() => verify(Buffer.from("good"), good, "URL")).not.toThrow();
  expect(() => verify(Buffer.from("evil"), good, "URL")).toThrow(`must be ${good}; nothing was installed`);
});
