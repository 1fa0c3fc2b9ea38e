/** Address ranges of security group rules. Source: ECS API reference, AuthorizeSecurityGroup, SourceCidrIp. */
import { isIPv4 } from "node:net";

/** An IPv4 range without host bits. Returns what is wrong, with the range that was probably meant, or undefined. */
export function cidrProblem(cidr: string): string | undefined {
  const legal = nearestCidr(cidr);
  if (legal === cidr) return undefined;
  const remedy = legal === undefined ? `write it as "10.0.0.0/8"` : `did you mean "${legal}"?`;
  return `CIDR must be an IPv4 range without host bits, got ${JSON.stringify(cidr)}; ${remedy}`;
}

/** `10.0.0.1/8` -> `10.0.0.0/8`, `10.0.0.1` -> `10.0.0.1/32`; undefined when it is no address at all. */
function nearestCidr(cidr: string): string | undefined {
  const [address = "", prefix = "32", ...rest] = cidr.trim().split("/");
  if (rest.length > 0 || !isIPv4(address) || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) return undefined;
  const bits = Number(prefix);
  const mask = bits === 0 ? 0 : (~0 << (32 - bits)) >>> 0;
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const network = (value & mask) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (network >>> shift) & 255).join(".")}/${bits}`;
}
