/** Conditions of a statement: every operator and every key in it must hold. Source: RAM user guide, "Policy elements", Condition. */
import { BlockList, isIP } from "node:net";
import { matchesWildcard } from "./wildcards";
import type { Condition } from "./policy-document";

/** What is known about a request by condition key, such as `acs:SourceIp`; several values where the key has several. */
export type Facts = Readonly<Record<string, string | readonly string[]>>;

type Compare = (wanted: string, given: string) => boolean;

interface Operator {
  readonly compare: Compare;
  /** Holds where none of the values is met, and where the request does not have the key. */
  readonly negated?: true;
}

const lower =
  (compare: Compare): Compare =>
  (wanted, given) =>
    compare(wanted.toLowerCase(), given.toLowerCase());
const equal: Compare = (wanted, given) => wanted === given;
const numeric =
  (holds: (given: number, wanted: number) => boolean): Compare =>
  (wanted, given) =>
    holds(Number(given), Number(wanted));
const date =
  (holds: (given: number, wanted: number) => boolean): Compare =>
  (wanted, given) =>
    holds(Date.parse(given), Date.parse(wanted));

/** An address, or a range in CIDR form. */
function inRange(wanted: string, given: string): boolean {
  const address = given.replace(/^::ffff:(?=\d+\.)/i, "");
  const [network = "", prefix] = wanted.split("/");
  const version = isIP(network);
  const most = version === 6 ? 128 : 32;
  const bits = Number(prefix ?? most);
  if (version === 0 || isIP(address) !== version || !(bits >= 0 && bits <= most)) return false;
  const range = new BlockList();
  range.addSubnet(network, bits, `ipv${version as 4 | 6}`);
  return range.check(address, `ipv${version as 4 | 6}`);
}

export const conditionOperators: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: equal },
  StringNotEquals: { compare: equal, negated: true },
  StringEqualsIgnoreCase: { compare: lower(equal) },
  StringNotEqualsIgnoreCase: { compare: lower(equal), negated: true },
  StringLike: { compare: matchesWildcard },
  StringNotLike: { compare: matchesWildcard, negated: true },
  NumericEquals: { compare: numeric((given, wanted) => given === wanted) },
  NumericNotEquals: { compare: numeric((given, wanted) => given === wanted), negated: true },
  NumericLessThan: { compare: numeric((given, wanted) => given < wanted) },
  NumericLessThanEquals: { compare: numeric((given, wanted) => given <= wanted) },
  NumericGreaterThan: { compare: numeric((given, wanted) => given > wanted) },
  NumericGreaterThanEquals: { compare: numeric((given, wanted) => given >= wanted) },
  DateEquals: { compare: date((given, wanted) => given === wanted) },
  DateNotEquals: { compare: date((given, wanted) => given === wanted), negated: true },
  DateLessThan: { compare: date((given, wanted) => given < wanted) },
  DateLessThanEquals: { compare: date((given, wanted) => given <= wanted) },
  DateGreaterThan: { compare: date((given, wanted) => given > wanted) },
  DateGreaterThanEquals: { compare: date((given, wanted) => given >= wanted) },
  Bool: { compare: lower(equal) },
  IpAddress: { compare: inRange },
  NotIpAddress: { compare: inRange, negated: true },
};

/** Condition keys are written in any case: `acs:SourceIp`, `acs:SourceIP`. */
function factOf(facts: Facts, key: string): readonly string[] {
  const name = Object.keys(facts).find((one) => one.toLowerCase() === key.toLowerCase());
  const value = name === undefined ? undefined : facts[name];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

export function conditionHolds(condition: Condition, facts: Facts): boolean {
  return Object.entries(condition).every(([name, keys]) => {
    const operator = conditionOperators[name];
    if (operator === undefined) return false;
    return Object.entries(keys).every(([key, wanted]) => {
      const given = factOf(facts, key);
      const met = given.some((one) => wanted.some((value) => operator.compare(value, one)));
      return operator.negated ? !met : met;
    });
  });
}
