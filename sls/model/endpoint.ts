/** Endpoints of Log Service. Source: SLS "Endpoints"; forms other than public and intranet are passed as they are. */

export type Network = "public" | "intranet";

/** `cn-hangzhou` + `intranet` -> `cn-hangzhou-intranet.log.aliyuncs.com`. */
export function slsEndpoint(region: string, network: Network = "public"): string {
  return `${region}${network === "intranet" ? "-intranet" : ""}.log.aliyuncs.com`;
}

/** The region in an endpoint (`https://` in front is allowed), or undefined where it is not in the name. */
export function regionOfEndpoint(endpoint: string): string | undefined {
  const host = endpoint.replace(/^https?:\/\//, "").replace(/[:/].*$/, "");
  const match = /^([a-z0-9-]+)\.(?:log|sls)\.aliyuncs\.com$/.exec(host);
  return match?.[1]?.replace(/-(intranet|share|vpc)$/, "");
}

/** Region ids look like `cn-hangzhou`, `ap-southeast-1`, `cn-shanghai-finance-1`. Returns what is wrong, or undefined. */
export function regionProblem(region: string): string | undefined {
  if (/^[a-z]{2,4}(-[a-z0-9]+)+$/.test(region)) return undefined;
  return `region must be an Alibaba Cloud region id such as "cn-hangzhou" or "ap-southeast-1", got ${JSON.stringify(region)}`;
}
