import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ImageId } from "../../constructs";
import { messageOf } from "../support/synth";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cdktf-sls-image-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function manifest(content: unknown): string {
  const file = join(folder, "app.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

test("the id is read from our manifest, and from Packer's, whose last build counts", () => {
  expect(ImageId.fromManifest(manifest({ imageId: "m-bp67acfmxazb4p" }))).toBe("m-bp67acfmxazb4p");
  const builds = [{ artifact_id: "cn-hangzhou:m-old" }, { artifact_id: "cn-hangzhou:m-new,cn-shanghai:m-copy" }];
  expect(ImageId.fromManifest(manifest({ builds }))).toBe("m-new");
});

test.each([["not JSON"], [{}], [{ builds: [] }], [{ imageId: "debian_12" }]])("%j holds no image id", (content) => {
  const file = manifest(content);
  expect(messageOf(() => ImageId.fromManifest(file, { optional: true }))).toBe(
    `${file}: holds no image id such as m-bp67acfmxazb4p****; build the image anew`,
  );
});

test("a manifest that is not there is an error unless it is optional", () => {
  const file = join(folder, "none.json");
  expect(messageOf(() => ImageId.fromManifest(file))).toMatch(
    /none\.json: cannot be read \(ENOENT.*\); build the image first$/,
  );
  expect(ImageId.fromManifest(file, { optional: true })).toBeUndefined();
});
