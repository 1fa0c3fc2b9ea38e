/**
 * Names of SLS resources: one rule each, used by the constructs (at synth) and by the local cloud (at request).
 * Source: SLS API reference, "Manage a project", "Manage a Logstore", "Machine group", "Logtail configuration".
 * Each function returns what is wrong with the name, or undefined.
 */

interface NameRule {
  readonly noun: string;
  readonly min: number;
  readonly max: number;
  readonly pattern: RegExp;
  readonly alphabet: string;
}

const plain = "lower-case letters, digits and hyphens, beginning and ending with a letter or digit";
const withUnderscore =
  "lower-case letters, digits, hyphens and underscores, beginning and ending with a letter or digit";
const plainPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const underscorePattern = /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/;

const projectRule: NameRule = { noun: "project name", min: 3, max: 63, pattern: plainPattern, alphabet: plain };
const logstoreRule: NameRule = {
  noun: "logstore name",
  min: 3,
  max: 63,
  pattern: underscorePattern,
  alphabet: withUnderscore,
};
const machineGroupRule: NameRule = { ...logstoreRule, noun: "machine group name", min: 2, max: 128 };
const configRule: NameRule = { ...logstoreRule, noun: "Logtail config name", min: 2, max: 128 };

/** The nearest legal name, to propose in an error; empty when nothing of it can be kept. */
export function suggestName(name: string, max: number): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .slice(0, max)
    .replace(/^[-_]+|[-_]+$/g, "");
}

function nameProblem(rule: NameRule, name: string, remedy?: string): string | undefined {
  const legalLength = name.length >= rule.min && name.length <= rule.max;
  if (legalLength && rule.pattern.test(name)) return undefined;
  const kept = suggestName(name, rule.max);
  const suggestion = rule.pattern === plainPattern ? kept.replaceAll("_", "-") : kept;
  const nearest = suggestion.length >= rule.min && suggestion !== name ? `try "${suggestion}"` : undefined;
  const advice = remedy ?? nearest;
  return (
    `${rule.noun} must be ${rule.min} to ${rule.max} ${rule.alphabet}, ` +
    `got ${JSON.stringify(name)} (${name.length} characters)${advice === undefined ? "" : `; ${advice}`}`
  );
}

/** What is wrong with a name, or undefined. The remedy is the nearest legal name unless the caller knows a better one. */
export type NameProblem = (name: string, remedy?: string) => string | undefined;

/** 3 to 63 lower-case letters, digits, `-`; globally unique over all of Alibaba Cloud. */
export const projectNameProblem: NameProblem = (name, remedy) => nameProblem(projectRule, name, remedy);
/** 3 to 63 lower-case letters, digits, `-`, `_`; unique in its project. */
export const logstoreNameProblem: NameProblem = (name, remedy) => nameProblem(logstoreRule, name, remedy);
/** 2 to 128 lower-case letters, digits, `-`, `_`; unique in its project. */
export const machineGroupNameProblem: NameProblem = (name, remedy) => nameProblem(machineGroupRule, name, remedy);
/** 2 to 128 lower-case letters, digits, `-`, `_`; unique in its project. */
export const configNameProblem: NameProblem = (name, remedy) => nameProblem(configRule, name, remedy);
