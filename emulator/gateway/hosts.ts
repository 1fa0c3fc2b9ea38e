/** Which host names the local cloud stands for, and what each of them is. */
import { knownRegions } from "./regions";

export type Target =
  /** Log Service; without a project the account-level endpoint. */
  | { readonly service: "sls"; readonly region: string; readonly project?: string }
  | { readonly service: OpenApiProduct; readonly region?: string }
  /** The metadata service of ECS, for machines that ask it through the proxy. */
  | { readonly service: "metadata" };

export const openApiProducts = ["ecs", "vpc", "ram", "ims", "sts", "location", "business"] as const;
export type OpenApiProduct = (typeof openApiProducts)[number];

export const servedNames =
  "[PROJECT.]REGION[-intranet|-share|-vpc].log.aliyuncs.com, [PROJECT.][REGION.]sls.test, ecs[.REGION].aliyuncs.com, " +
  "ecs-REGION.aliyuncs.com, vpc[.REGION].aliyuncs.com, ram.aliyuncs.com, ims.aliyuncs.com, sts[.REGION].aliyuncs.com, location.aliyuncs.com, business.aliyuncs.com, " +
  "100.100.100.200, 127.0.0.1 and localhost";

const region = "[a-z]{2,4}(?:-[a-z0-9]+)+?";
const patterns: readonly (readonly [RegExp, "sls" | OpenApiProduct])[] = [
  [
    new RegExp(
      `^(?:(?<project>[a-z0-9-]+)\\.)?(?<region>${region})(?:-(?:intranet|share|vpc))?\\.(?:log|sls)\\.aliyuncs\\.com$`,
    ),
    "sls",
  ],
  [new RegExp(`^(?:(?<project>[a-z0-9-]+)\\.)?(?:(?<region>${region})\\.)?sls\\.test$`), "sls"],
  [/^(?:(?<project>[a-z0-9-]+)\.)?(?:127\.0\.0\.1|localhost|\[::1\])$/, "sls"],
  [new RegExp(`^ecs(?:[.-](?:intranet\\.|vpc\\.)?(?<region>${region}))?\\.aliyuncs\\.com$`), "ecs"],
  [new RegExp(`^vpc(?:[.-](?<region>${region}))?\\.aliyuncs\\.com$`), "vpc"],
  [new RegExp(`^location(?:-readonly)?(?:[.-](?<region>${region}))?\\.aliyuncs\\.com$`), "location"],
  [new RegExp(`^business(?:[.-](?<region>${region}))?\\.aliyuncs\\.com$`), "business"],
  [new RegExp(`^sts(?:[.-](?<region>${region}))?\\.aliyuncs\\.com$`), "sts"],
  [new RegExp(`^sts-vpc\\.(?<region>${region})\\.aliyuncs\\.com$`), "sts"],
  // These have one endpoint for all regions.
  [/^ram\.aliyuncs\.com$/, "ram"],
  [/^ims\.aliyuncs\.com$/, "ims"],
];

const isRegion = (label: string, ownRegion: string): boolean => label === ownRegion || knownRegions.has(label);

/** What a name (with or without a port) stands for; undefined: not ours. */
export function targetOf(host: string, ownRegion: string): Target | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, "");
  if (name === "100.100.100.200") return { service: "metadata" };
  for (const [pattern, service] of patterns) {
    const match = pattern.exec(name);
    if (!match) continue;
    const { project, region: named } = match.groups ?? {};
    if (service !== "sls") return { service, ...(named ? { region: named } : {}) };
    // In our zone a lone label is a region or a project: `cn-hangzhou.sls.test` is an endpoint, `my-app.sls.test` a project.
    if (project !== undefined && named === undefined && isRegion(project, ownRegion))
      return { service, region: project };
    return { service, region: named ?? ownRegion, ...(project ? { project } : {}) };
  }
  return undefined;
}
