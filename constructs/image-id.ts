import { readFileSync } from "node:fs";

export interface ImageManifestOptions {
  /** A manifest that is not there is no error. @default false */
  readonly optional?: boolean;
}

/** ECS image ids out of what a build of images wrote down. */
export class ImageId {
  /** Out of the manifest of `cdktf-sls image build`, or of Packer's manifest post-processor, whose last build counts. */
  static fromManifest(file: string, options: { readonly optional: true }): string | undefined;
  static fromManifest(file: string, options?: ImageManifestOptions): string;
  static fromManifest(file: string, { optional = false }: ImageManifestOptions = {}): string | undefined {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      if (optional && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new Error(`${file}: cannot be read (${(error as Error).message}); build the image first`);
    }
    const id = imageIdIn(text);
    if (id !== undefined) return id;
    throw new Error(`${file}: holds no image id such as m-bp67acfmxazb4p****; build the image anew`);
  }
}

/** Packer writes `REGION:IMAGE`, several separated by commas. */
function imageIdIn(text: string): string | undefined {
  let manifest: { readonly imageId?: unknown; readonly builds?: readonly { readonly artifact_id?: unknown }[] };
  try {
    manifest = JSON.parse(text) as typeof manifest;
  } catch {
    return undefined;
  }
  const given = manifest.imageId ?? manifest.builds?.at(-1)?.artifact_id;
  const [first = ""] = typeof given === "string" ? given.split(",") : [];
  return /(?:^|:)(m-[A-Za-z0-9-]+)$/.exec(first)?.[1];
}
