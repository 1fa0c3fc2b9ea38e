import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { imageInputsHash } from "../../../deploy";
import { messageOf } from "../../support/synth";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cdktf-sls-inputs-"));
  mkdirSync(join(root, "images/app"), { recursive: true });
  writeFileSync(join(root, "images/app/install.sh"), "apt-get install");
});
afterEach(() => rmSync(root, { recursive: true }));

const hash = (more: object = {}): string =>
  imageInputsHash({ image: "app", environment: "dev", region: "cn-hangzhou", paths: ["images"], root, ...more });

test("an image is another when a file, its mode, its name, the environment or the region is", () => {
  const seen = [hash(), hash({ environment: "prod" }), hash({ region: "cn-shanghai" }), hash({ image: "certman" })];
  chmodSync(join(root, "images/app/install.sh"), 0o755);
  seen.push(hash());
  writeFileSync(join(root, "images/app/install.sh"), "apt-get upgrade");
  seen.push(hash());
  writeFileSync(join(root, "images/app/more.sh"), "");
  seen.push(hash());
  expect(new Set(seen).size).toBe(seen.length);
});

test("the manifests of earlier builds are no inputs", () => {
  const before = hash();
  mkdirSync(join(root, "images/manifests"));
  writeFileSync(join(root, "images/manifests/app.json"), "{}");
  expect(hash()).toBe(before);
  expect(hash({ paths: ["images/app", "images"] })).toBe(before);
});

test("a path that is not there is told", () => {
  expect(messageOf(() => hash({ paths: ["image"] }))).toBe(
    "image: no such file or folder, but the image is said to be made from it (--inputs)",
  );
});
