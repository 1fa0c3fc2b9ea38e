import { colors as pc } from "./colors";
import type { DeployEvent } from "./apply";
import type { ConfigPlan, FieldChange, Plan } from "./plan";

const show = (value: unknown): string => JSON.stringify(value);

function fieldLine({ field, before, after }: FieldChange): string {
  if (before === undefined) return pc.green(`    + ${field}: ${show(after)}`);
  if (after === undefined) return pc.red(`    - ${field}: ${show(before)}`);
  return pc.yellow(`    ~ ${field}: ${show(before)} -> ${show(after)}`);
}

const marks = { create: pc.green("+ create"), update: pc.yellow("~ update"), none: pc.dim("= same") };

function configLines(plan: ConfigPlan): string[] {
  const lines = [`  ${marks[plan.action]} Logtail config ${pc.bold(plan.name)} in ${plan.project}`];
  lines.push(...plan.fields.map(fieldLine));
  if (plan.filled.length > 0) lines.push(pc.dim(`    filled in by the service: ${plan.filled.join(", ")}`));
  lines.push(...plan.bind.map((group) => pc.green(`    + bind to machine group ${group}`)));
  if (plan.otherGroups.length > 0) {
    lines.push(pc.dim(`    also bound, not by this stack, left alone: ${plan.otherGroups.join(", ")}`));
  }
  return lines;
}

export function planText(plan: Plan): string {
  const total =
    plan.writes === 0
      ? pc.green("No changes: the service holds what the code says.")
      : `${plan.writes} ${plan.writes === 1 ? "change" : "changes"} to make.`;
  return [...plan.configs.flatMap(configLines), total].join("\n");
}

export function eventText(event: DeployEvent): string {
  switch (event.type) {
    case "ConfigCreated":
      return pc.green(`  created Logtail config ${event.config} in ${event.project}`);
    case "ConfigUpdated":
      return pc.yellow(`  updated Logtail config ${event.config} in ${event.project}`);
    case "ConfigBound":
      return pc.green(`  bound ${event.config} to machine group ${event.machineGroup}`);
  }
}

/** For `--json`: the plan without the bodies that it would send. */
export function planJson(plan: Plan): object {
  return {
    changes: plan.writes,
    configs: plan.configs.map(({ project, name, action, fields, filled, bind, otherGroups }) => ({
      project,
      name,
      action,
      fields: fields.map(({ field, before, after }) => ({ field, before: before ?? null, after: after ?? null })),
      filled,
      bind,
      otherGroups,
    })),
  };
}
