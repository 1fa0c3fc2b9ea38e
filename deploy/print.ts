import { colors as pc } from "./colors";
import type { DeployEvent, Outcome } from "./apply";
import type { FieldChange } from "./diff";
import { withoutSecrets } from "./hidden";
import { changesOf, type ConfigPlan, type Foreign, type Plan } from "./plan";

/** Without secrets, and without control characters, which a terminal would obey. */
const show = (field: string, value: unknown): string =>
  JSON.stringify(withoutSecrets(field, value)).replace(
    /[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

function fieldLine({ field, before, after }: FieldChange): string {
  if (before === undefined) return pc.green(`    + ${field}: ${show(field, after)}`);
  if (after === undefined) return pc.red(`    - ${field}: ${show(field, before)}`);
  return pc.yellow(`    ~ ${field}: ${show(field, before)} -> ${show(field, after)}`);
}

const actions = {
  create: pc.green("+ create"),
  update: pc.yellow("~ update"),
  remove: pc.red("- remove"),
  none: pc.dim("= same"),
};

const timeText = (unixSeconds: number | undefined): string =>
  unixSeconds === undefined ? "" : ` at ${new Date(unixSeconds * 1000).toISOString().replace(".000Z", "Z")}`;

function foreignText(foreign: Exclude<Foreign, { kind: "unmarked" }>): string {
  switch (foreign.kind) {
    case "changed":
      return `somebody changed it since the last deploy${timeText(foreign.at)}`;
    case "otherOwner":
      return `it belongs to stack ${foreign.owner}`;
    case "boundByOthers":
      return `somebody else bound it to machine group ${foreign.groups.join(", ")}`;
  }
}

function foreignLine(foreign: Foreign, plan: ConfigPlan): string[] {
  if (foreign.kind === "unmarked") {
    if (plan.action === "none") return [];
    return [pc.yellow("    ! made by somebody else; deploy takes it over, and keeps what is there in the history")];
  }
  const [does, done] = plan.action === "remove" ? ["removes", "removed"] : ["overwrites", "overwritten"];
  const end = plan.held
    ? `left as it is; --force ${does} it`
    : changesOf(plan) > 0
      ? `${done} by --force`
      : plan.markStale
        ? "--force takes it over"
        : "nothing differs, and nothing is sent";
  return [pc.magenta(`    ! ${foreignText(foreign)}: ${end}`)];
}

function configLines(plan: ConfigPlan): string[] {
  const lines = [`  ${actions[plan.action]} Logtail config ${pc.bold(plan.name)} in ${plan.project}`];
  if (plan.foreign !== undefined) lines.push(...foreignLine(plan.foreign, plan));
  lines.push(...plan.fields.map(fieldLine));
  if (plan.filled.length > 0) lines.push(pc.dim(`    filled in by the service: ${plan.filled.join(", ")}`));
  lines.push(...plan.bind.map((group) => pc.green(`    + bind to machine group ${group}`)));
  lines.push(...plan.unbind.map((group) => pc.red(`    - unbind from machine group ${group}`)));
  if (plan.otherGroups.length > 0 && plan.action !== "remove") {
    lines.push(pc.dim(`    also bound, not by this stack, left alone: ${plan.otherGroups.join(", ")}`));
  }
  return lines;
}

export function planText(plan: Plan): string {
  const orphans = plan.orphans.map(({ project, name }) =>
    pc.dim(`  ? Logtail config ${name} in ${project} is this stack's and no longer declared; --prune removes it`),
  );
  const total =
    plan.changes === 0
      ? pc.green("No changes: the service holds what the code says.")
      : `${plan.changes} ${plan.changes === 1 ? "change" : "changes"} to make.`;
  return [...plan.configs.flatMap(configLines), ...orphans, total].join("\n");
}

export function eventText(event: DeployEvent): string | undefined {
  switch (event.type) {
    case "ConfigCreated":
      return pc.green(`  created Logtail config ${event.config} in ${event.project}`);
    case "ConfigUpdated":
      return pc.yellow(`  updated Logtail config ${event.config} in ${event.project}`);
    case "ConfigRemoved":
      return pc.red(`  removed Logtail config ${event.config} from ${event.project}`);
    case "ConfigBound":
      return pc.green(`  bound ${event.config} to machine group ${event.machineGroup}`);
    case "ConfigUnbound":
      return pc.red(`  unbound ${event.config} from machine group ${event.machineGroup}`);
    case "ConfigMarked":
      return undefined;
  }
}

/** Rows of the summary: config, project, what was done. What was the same is only counted. */
export function summaryRows(outcomes: readonly Outcome[]): string[][] {
  return outcomes
    .filter(({ status }) => status !== "same")
    .map(({ plan, status }) => [plan.name, plan.project, doneText(plan, status)]);
}

const past = { create: "created", update: "updated", remove: "removed", none: "" };

function doneText(plan: ConfigPlan, status: Outcome["status"]): string {
  if (status === "held") return "left: changed by others (--force overwrites)";
  if (status === "failed") return "failed";
  if (status === "notReached") return "not reached";
  const parts = [past[plan.action]];
  if (plan.bind.length > 0) parts.push(`bound to ${plan.bind.length}`);
  if (plan.unbind.length > 0) parts.push(`unbound from ${plan.unbind.length}`);
  if (changesOf(plan) === 0) parts.push("marked as this stack's");
  return parts.filter((part) => part !== "").join(", ");
}
