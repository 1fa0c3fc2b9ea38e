/** Whether project, machine groups, configs and bindings are as the stack declares them. */
import { isNotExist, type SlsClient } from "../../sls";
import type { DeployManifestEntry } from "../../sls/model/deploy-manifest";
import type { ConfigPlan } from "../plan";
import { makePlan } from "../read-found";
import { fail, pass, type Check } from "./check";

const deployFirst = "run `cdktf deploy` for the stack, and look at its log";
const deployStep = "run `cdktf-sls deploy`; `cdktf-sls plan` shows every field";

async function projectCheck(client: SlsClient, project: string): Promise<Check> {
  try {
    await client.allMachineGroups(project);
    return pass("project", project, "there");
  } catch (error) {
    if (isNotExist(error)) return fail("project", project, "there is none of that name", deployFirst);
    throw error;
  }
}

const fieldNames = ({ fields }: ConfigPlan): string => fields.map(({ field }) => field).join(", ");

function configCheck(plan: ConfigPlan): Check {
  const subject = `${plan.project}/${plan.name}`;
  if (plan.action === "create") return fail("config", subject, "not in the service", deployStep);
  if (plan.fields.length === 0) return pass("config", subject, "as declared");
  const by = plan.foreign?.kind === "changed" ? "somebody changed it since the last deploy" : "differs";
  return fail("config", subject, `${by}: ${fieldNames(plan)}`, deployStep);
}

function bindingChecks(plan: ConfigPlan, { machineGroups }: DeployManifestEntry): Check[] {
  return machineGroups.map((group) => {
    const subject = `${plan.name} on ${group}`;
    return plan.bind.includes(group)
      ? fail("binding", subject, "the config is not bound to the group", deployStep)
      : pass("binding", subject, "bound");
  });
}

/** One project's part; nothing further is looked at where the project is not there. */
export async function declaredChecks(
  client: SlsClient,
  owner: string,
  project: string,
  entries: readonly DeployManifestEntry[],
): Promise<Check[]> {
  const first = await projectCheck(client, project);
  if (!first.passed) return [first];
  const { configs } = await makePlan(client, entries, { owner, beforeApply: true });
  const rest = configs.flatMap((plan) => {
    const entry = entries.find(({ config }) => config.configName === plan.name);
    return entry === undefined ? [] : [configCheck(plan), ...bindingChecks(plan, entry)];
  });
  return [first, ...rest];
}
