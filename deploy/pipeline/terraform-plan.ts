/** What `terraform show -json` tells of a saved plan, and what is read out of it: no I/O here. Source: Terraform, "JSON output format", plan representation. */
import { deployManifestOutput, parseDeployManifest, type DeployManifest } from "../../sls/model/deploy-manifest";
import type { Counts } from "../report";

export interface ResourceChange {
  /** `alicloud_log_project.logs_project_1A2B3C` */
  readonly address: string;
  readonly mode?: string;
  readonly change: { readonly actions: readonly string[] };
}

export interface TerraformPlan {
  readonly resource_changes?: readonly ResourceChange[];
  readonly planned_values?: { readonly outputs?: Readonly<Record<string, { readonly value?: unknown }>> };
}

const isChange = ({ change: { actions } }: ResourceChange): boolean =>
  actions.some((action) => action === "create" || action === "update" || action === "delete");

/** Without what is read or stays as it is. */
export const changesIn = (plan: TerraformPlan): readonly ResourceChange[] =>
  (plan.resource_changes ?? []).filter(isChange);

/** A resource that is replaced is counted twice, as created and as deleted. Source: GitLab, "View Terraform/OpenTofu information in merge requests". */
export function terraformCounts(plan: TerraformPlan): Counts {
  const actions = changesIn(plan).flatMap(({ change }) => change.actions);
  const count = (name: string): number => actions.filter((action) => action === name).length;
  return { create: count("create"), update: count("update"), delete: count("delete") };
}

/** The Logtail configs as they will be after apply; undefined where the stack declares none, or a name in them is known only after apply. */
export function plannedManifest(plan: TerraformPlan): DeployManifest | undefined {
  const value = plan.planned_values?.outputs?.[deployManifestOutput]?.value;
  return value === undefined ? undefined : parseDeployManifest(value);
}

/** Whether the stack declares Logtail configs of which some name is known only after apply. */
export const hasUnknownManifest = (plan: TerraformPlan): boolean => {
  const output = plan.planned_values?.outputs?.[deployManifestOutput];
  return output !== undefined && output.value === undefined;
};
