import { cidrProblem } from "../../../sls/model/cidr";

/** IPv4 address blocks, such as `10.0.0.0/16`, as the range of numbers that they are. */
export interface Block {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

const asNumber = (ip: string): number => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** Undefined for what is no block, and for one whose address has bits beyond its prefix. */
export function blockOf(text: string): Block | undefined {
  if (cidrProblem(text) !== undefined) return undefined;
  const [ip = "", bits] = text.split("/");
  const prefix = Number(bits);
  const first = asNumber(ip);
  return { first, last: first + 2 ** (32 - prefix) - 1, prefix };
}

export const isWithin = (inner: Block, outer: Block): boolean => inner.first >= outer.first && inner.last <= outer.last;
export const overlap = (a: Block, b: Block): boolean => a.first <= b.last && b.first <= a.last;

export const addressAt = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
/** Undefined for what is no address. */
export const addressOf = (ip: string): number | undefined => blockOf(`${ip}/32`)?.first;
