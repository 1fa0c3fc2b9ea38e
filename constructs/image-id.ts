import { readFileSync } from "node:fs";
import { imageIdProblem, parseImageManifest, type ImageManifest } from "../sls/model/image-manifest";

export interface ImageIdOptions {
  /** Region of the stack's provider: an image of another one cannot be used there. @default not checked */
  readonly region?: string;
  /** @default not checked */
  readonly env?: string;
}

/** An image of ECS that machines are started from. */
export class ImageId {
  static of(imageId: string): ImageId {
    const problem = imageIdProblem(imageId);
    if (problem !== undefined) throw new Error(problem);
    return new ImageId(imageId);
  }

  /** Of the file that `cdktf-sls image build` wrote. Throws where that file is of another region or environment, or of no image. */
  static fromManifest(file: string, options: ImageIdOptions = {}): ImageId {
    let value: unknown;
    try {
      value = JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
      throw new Error(
        `${file}: ${(error as Error).message}; write it with \`cdktf-sls image build NAME --manifest ${file}\``,
      );
    }
    const manifest = parseImageManifest(value, file);
    for (const name of ["region", "env"] as const) {
      const wanted = options[name];
      if (wanted === undefined || wanted === manifest[name]) continue;
      throw new Error(
        `${file}: the image is of ${name} ${manifest[name]}, wanted ${wanted}; build it with --${name} ${wanted}`,
      );
    }
    if (manifest.imageId === undefined) {
      throw new Error(
        `${file}: names no image, for it was built with --source null; build it with --source alicloud-ecs`,
      );
    }
    return new ImageId(manifest.imageId, manifest);
  }

  private constructor(
    /** As instances take it: `imageId: image.imageId`. */
    readonly imageId: string,
    /** All that is known of it, where it came from a file. */
    readonly manifest?: ImageManifest,
  ) {}
}
