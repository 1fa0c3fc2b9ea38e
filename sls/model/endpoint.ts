import { isIP } from "node:net";

/** Endpoints of Log Service. Source: SLS "Endpoints"; forms other than public and intranet are passed as they are. */

/** `share`: a line of its own between clouds and data centres. */
export type Network = "public" | "intranet" | "share";

export const networks: readonly Network[] = ["public", "intranet", "share"];

/** `cn-hangzhou` + `intranet` -> `cn-hangzhou-intranet.log.aliyuncs.com`. */
export function slsEndpoint(region: string, network: Network = "public"): string {
  return `${region}${network === "public" ? "" : `-${network}`}.log.aliyuncs.com`;
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

/** A host, perhaps with a scheme and a port. Returns what is wrong, or undefined. */
export function endpointProblem(endpoint: string): string | undefined {
  const got = `, got ${JSON.stringify(endpoint)}`;
  if (!/^(https?:\/\/)?[A-Za-z0-9.-]+(:\d{1,5})?\/?$/.test(endpoint)) {
    return `endpoint must be a host such as "cn-hangzhou.log.aliyuncs.com", with http:// in front where it must not be https${got}`;
  }
  const host = endpoint.replace(/^https?:\/\//, "").replace(/[:/].*$/, "");
  if (isIP(host) === 0) return undefined;
  return (
    `endpoint must be a host name: the project's name is put in front of it, which an IP address does not bear ` +
    `(behind a proxy, use the region's own name)${got}`
  );
}
