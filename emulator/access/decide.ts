/**
 * The decision over one action on one resource: pure. A statement that denies wins over all that allow; where none allows, it is
 * denied all the same. Source: RAM user guide, "Policy evaluation process".
 */
import { conditionHolds, type Facts } from "./conditions";
import { matchesAny } from "./wildcards";
import type { PolicyDocument, Principals, Statement } from "./policy-document";

export type Decision = "Allow" | "ExplicitDeny" | "ImplicitDeny";

export interface Question {
  /** Spellings of one action, such as `log:ApplyConfigToGroup` and `log:ApplyConfigToMachineGroup`: a policy may use any of them. */
  readonly actions: readonly string[];
  /** `acs:log:cn-hangzhou:1000000000000000:project/p/logstore/ls` */
  readonly resource: string;
  readonly facts: Facts;
}

/** Actions are written in any case, resources are not. */
function covers(
  { actions, notActions, resources, condition }: Statement,
  { actions: asked, resource, facts }: Question,
): boolean {
  const named = (patterns: readonly string[]): boolean => {
    const lower = patterns.map((pattern) => pattern.toLowerCase());
    return asked.some((action) => matchesAny(lower, action.toLowerCase()));
  };
  const action = actions.length > 0 ? named(actions) : !named(notActions);
  return action && matchesAny(resources, resource) && conditionHolds(condition, facts);
}

/** `applies` tells whether a statement is meant for the one who asks; by default each is. */
export function decide(
  documents: readonly PolicyDocument[],
  question: Question,
  applies: (statement: Statement) => boolean = () => true,
): Decision {
  const met = documents.flatMap(({ statements }) =>
    statements.filter((statement) => applies(statement) && covers(statement, question)),
  );
  if (met.some(({ effect }) => effect === "Deny")) return "ExplicitDeny";
  return met.length > 0 ? "Allow" : "ImplicitDeny";
}

/** Whether one of `names` (ARNs, which are written in any case, or names of services) is among the principals; `*` is everybody. */
export function namesPrincipal(principals: Principals, type: string, names: readonly string[]): boolean {
  const lower = names.map((name) => name.toLowerCase());
  return (principals[type] ?? []).some((one) => one === "*" || lower.includes(one.toLowerCase()));
}
