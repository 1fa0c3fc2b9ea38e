import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import {
  changesIn,
  countsOf,
  gitlabReport,
  hasUnknownManifest,
  makePlan,
  noteText,
  notYetText,
  plannedManifest,
  planJson,
  planStack,
  planText,
  terraformCounts,
  type Plan,
  type TerraformPlan,
} from "../../deploy";
import { addEndpointOptions, clientFor, type EndpointFlags } from "../service-options";

interface Flags extends EndpointFlags {
  readonly cdktfOut: string;
  readonly out: string;
}

export function planCommand(): Command {
  return addEndpointOptions(new Command("plan"))
    .description("plan a synthesised stack: Terraform's part and its Logtail configs, for people to review")
    .argument("<stack>", "name of the stack")
    .option("--cdktf-out <folder>", "folder of the synthesised stacks", "cdktf.out")
    .option("--out <folder>", "where the files go", "plan")
    .addHelpText(
      "after",
      "\nWrites STACK.terraform.json and STACK.logtail.json (artifacts:reports:terraform), STACK.logtail-plan.json (every field) and STACK.md (a merge request's note)." +
        "\nExit codes: 0 planned, with changes or without, 1 error",
    )
    .action(plan);
}

/** As it will be once Terraform has applied its own plan. */
async function logtailPlan(flags: Flags, stack: string, plan: TerraformPlan): Promise<Plan | "unknown" | undefined> {
  if (hasUnknownManifest(plan)) return "unknown";
  const manifest = plannedManifest(plan);
  if (manifest === undefined) return undefined;
  const { client, close } = clientFor(flags, manifest.region);
  try {
    return await makePlan(client, manifest.logtailConfigs, { owner: stack, beforeApply: true });
  } finally {
    close();
  }
}

async function plan(stack: string, flags: Flags): Promise<void> {
  const write = async (name: string, text: string): Promise<void> => writeFile(join(flags.out, name), text);
  await mkdir(flags.out, { recursive: true });
  const planned = await planStack({ cdktfOut: flags.cdktfOut, stack, env: process.env });
  if (planned.state === "notYet") {
    const note = notYetText(stack, planned.dependencies);
    await write(`${stack}.terraform.json`, gitlabReport([]));
    await write(`${stack}.md`, note);
    process.stdout.write(`${note}\n`);
    return;
  }
  const counts = terraformCounts(planned.plan);
  const logtail = await logtailPlan(flags, stack, planned.plan);
  await write(`${stack}.terraform.json`, `${JSON.stringify(counts)}\n`);
  await write(`${stack}.md`, noteText({ stack, terraform: changesIn(planned.plan), counts, logtail }));
  process.stdout.write(`${planned.text}\n`);
  if (logtail === undefined) return;
  if (logtail === "unknown") {
    process.stdout.write("Logtail configs: known after apply.\n");
    return;
  }
  await write(`${stack}.logtail.json`, `${JSON.stringify(countsOf(logtail.configs))}\n`);
  await write(`${stack}.logtail-plan.json`, `${JSON.stringify(planJson(logtail), null, 2)}\n`);
  process.stdout.write(`${planText(logtail)}\n`);
}
