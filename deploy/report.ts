/** What other programs read of a plan: `--json`, and the file that GitLab shows in a merge request. */
import { withoutSecrets } from "./hidden";
import { changesOf, type ConfigPlan, type Plan } from "./plan";
import type { Outcome } from "./apply";

export interface Counts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

/** A config that is only bound or unbound is an update. */
export function countsOf(plans: readonly ConfigPlan[]): Counts {
  const count = (is: (plan: ConfigPlan) => boolean): number => plans.filter(is).length;
  return {
    create: count(({ action }) => action === "create"),
    update: count((plan) => plan.action === "update" || (plan.action === "none" && changesOf(plan) > 0)),
    delete: count(({ action }) => action === "remove"),
  };
}

export const noCounts: Counts = { create: 0, update: 0, delete: 0 };

export const sumOf = (a: Counts, b: Counts): Counts => ({
  create: a.create + b.create,
  update: a.update + b.update,
  delete: a.delete + b.delete,
});

/** For `artifacts: reports: terraform` of a GitLab job. Source: GitLab, "View Terraform/OpenTofu information in merge requests". */
export const gitlabReport = (plans: readonly ConfigPlan[]): string => `${JSON.stringify(countsOf(plans))}\n`;

/** For `--json`: the plan without the bodies that it would send. */
export function planJson(plan: Plan): object {
  return {
    changes: plan.changes,
    ...countsOf(plan.configs),
    configs: plan.configs.map((one) => ({
      project: one.project,
      name: one.name,
      action: one.action,
      fields: one.fields.map(({ field, before, after }) => ({
        field,
        before: withoutSecrets(field, before) ?? null,
        after: withoutSecrets(field, after) ?? null,
      })),
      filled: one.filled,
      bind: one.bind,
      unbind: one.unbind,
      otherGroups: one.otherGroups,
      foreign: one.foreign ?? null,
      held: one.held,
    })),
    orphans: plan.orphans,
  };
}

export const outcomesJson = (outcomes: readonly Outcome[]): object[] =>
  outcomes.map(({ plan, status, error }) => ({
    project: plan.project,
    name: plan.name,
    action: plan.action,
    status,
    ...(error === undefined ? {} : { error: error.message }),
  }));
