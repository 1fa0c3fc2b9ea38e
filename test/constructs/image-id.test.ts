import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ImageId } from "../../constructs";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-image-id-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = {
  version: 1,
  image: "app",
  env: "dev",
  region: "cn-hangzhou",
  source: "production",
  imageId: "m-bp1abc",
};
function file(value: unknown): string {
  const path = join(folder, "image.json");
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}
const remedy = "it must be a file that `cdktf-sls image build` wrote";

test("a stack reads the image that the pipeline made", () => {
  const image = ImageId.fromManifest(file(manifest), { region: "cn-hangzhou", env: "dev" });
  expect(image.imageId).toBe("m-bp1abc");
  expect(image.manifest).toMatchObject({ image: "app" });
});

test("an image of another region or environment is refused", () => {
  const path = file(manifest);
  expect(() => ImageId.fromManifest(path, { region: "cn-beijing" })).toThrow(
    `${path}: the image is of region cn-hangzhou, wanted cn-beijing; build it with --region cn-beijing`,
  );
  expect(() => ImageId.fromManifest(path, { env: "prod" })).toThrow(
    "the image is of env dev, wanted prod; build it with --env prod",
  );
});

test("a manifest of CI names no image", () => {
  const { imageId: _, ...rest } = manifest;
  expect(() => ImageId.fromManifest(file({ ...rest, source: "ci" }))).toThrow(
    "names no image, for it was built with --source null; build it with --source alicloud-ecs",
  );
});

test.each([
  ["{", /image\.json: .*write it with `cdktf-sls image build NAME --manifest/],
  ["[]", `version must be 1, got undefined; ${remedy}`],
  [{ ...manifest, version: 2 }, `version must be 1, got 2; ${remedy}`],
  [{ ...manifest, env: "" }, `env must be text, got ""; ${remedy}`],
  [
    { ...manifest, imageId: "no image" },
    'an image id has 2 to 128 letters, digits, "-", "_" and ".", such as m-bp1abc, got "no image"',
  ],
])("%j is no manifest", (value, said) => {
  expect(() => ImageId.fromManifest(file(value))).toThrow(said);
});

test("an id can be given straight", () => {
  expect(ImageId.of("m-bp1abc").imageId).toBe("m-bp1abc");
  expect(() => ImageId.of("a b")).toThrow("such as m-bp1abc");
});
