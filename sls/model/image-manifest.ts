/** What `cdktf-sls image build` says of an image that it made: for the pipeline, and for stacks that start machines from it. */
import { regionProblem } from "./endpoint";

/** What collects on an image's machines: sls-agent, or the service's own Logtail. */
export const collectors = ["agent", "logtail"] as const;
export type Collector = (typeof collectors)[number];

export interface ImageManifest {
  readonly version: 1;
  /** app, certman, proxy, or whatever else folders of templates are called. */
  readonly image: string;
  readonly env: string;
  /** Packer's source: `production` made an image of ECS, `ci` a machine over ssh. */
  readonly source: "production" | "ci";
  readonly region: string;
  /** Such as m-bp1abc…; left out where no image of ECS was made. */
  readonly imageId?: string;
  /** ISO 8601. */
  readonly builtAt: string;
  readonly project: string;
  /** Left out: machines take it from their instance. */
  readonly userDefinedId?: string;
  readonly packerVersion: string;
  /** Left out by versions that knew the agent alone. */
  readonly collector?: Collector;
  /** With the collector `agent`. */
  readonly agent?: { readonly version: string; readonly file: string; readonly sha256: string };
  /** With the collector `logtail`: as its installer brought it. */
  readonly logtail?: { readonly version: string };
  /** Over the templates, scripts and files that the image was made with. */
  readonly templatesSha256: string;
  /** CycloneDX, beside this file. */
  readonly sbom: { readonly file: string; readonly sha256: string; readonly components: number };
}

/** Checked as far as others rely on it; `where` is named in errors. */
export function parseImageManifest(value: unknown, where: string): ImageManifest {
  const wrong = (what: string): Error =>
    new Error(`${where}: ${what}; it must be a file that \`cdktf-sls image build\` wrote`);
  if (typeof value !== "object" || value === null) throw wrong("must hold a JSON object");
  const given = value as Partial<Record<keyof ImageManifest, unknown>>;
  if (given.version !== 1) throw wrong(`version must be 1, got ${JSON.stringify(given.version)}`);
  for (const name of ["image", "env", "region"] as const) {
    if (typeof given[name] !== "string" || given[name] === "")
      throw wrong(`${name} must be text, got ${JSON.stringify(given[name])}`);
  }
  const problem = regionProblem(given.region as string);
  if (problem !== undefined) throw wrong(problem);
  const { imageId } = given;
  if (imageId !== undefined && (typeof imageId !== "string" || imageIdProblem(imageId) !== undefined)) {
    throw wrong(`imageId: ${imageIdProblem(String(imageId)) ?? "must be text"}`);
  }
  return value as ImageManifest;
}

/** Source: ECS, DescribeImages: own images are m-…, public ones end in .vhd or are told by their name. */
export const imageIdProblem = (id: string): string | undefined =>
  /^[A-Za-z0-9][\w.-]{1,127}$/.test(id)
    ? undefined
    : `an image id has 2 to 128 letters, digits, "-", "_" and ".", such as m-bp1abc, got ${JSON.stringify(id)}`;
