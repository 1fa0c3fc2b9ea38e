import { existsSync } from "node:fs";
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
  notBuiltText,
  noCounts,
  notYetText,
  plannedManifest,
  planJson,
  planStack,
  planText,
  sumOf,
  terraformCounts,
  type Plan,
  type TerraformPlan,
} from "../../deploy";
import { addEndpointOptions, clientFor, type EndpointFlags } from "../service-options";

interface Flags extends EndpointFlags {
  readonly cdktfOut: string;
  readonly out: string;
  readonly needs?: string;
}

export function planCommand(): Command {
  return addEndpointOptions(new Command("plan"), "stack")
    .description("plan a synthesised stack: Terraform's part and its Logtail configs, for people to review")
    .argument("<stack>", "name of the stack")
    .option("--cdktf-out <folder>", "folder of the synthesised stacks", "cdktf.out")
    .option("--out <folder>", "where the files go", "plan")
    .option(
      "--needs <file>",
      "without this file the stack does not exist yet: nothing is planned, and the note says so",
    )
    .addHelpText(
      "after",
      "\nWrites STACK.report.json (artifacts:reports:terraform), of which STACK.terraform.json and STACK.logtail.json are the parts, STACK.logtail-plan.json (every field) and STACK.md (a merge request's note)." +
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

async function notPlanned(stack: string, { out }: Flags, note: string): Promise<void> {
  for (const part of ["terraform", "report"]) await writeFile(join(out, `${stack}.${part}.json`), gitlabReport([]));
  await writeFile(join(out, `${stack}.md`), note);
  process.stdout.write(`${note}\n`);
}

async function plan(stack: string, flags: Flags): Promise<void> {
  const write = async (name: string, text: string): Promise<void> => writeFile(join(flags.out, name), text);
  await mkdir(flags.out, { recursive: true });
  if (flags.needs !== undefined && !existsSync(flags.needs)) {
    await notPlanned(stack, flags, notBuiltText(stack, flags.needs));
    return;
  }
  const planned = await planStack({ cdktfOut: flags.cdktfOut, stack, env: process.env });
  if (planned.state === "notYet") {
    await notPlanned(stack, flags, notYetText(stack, planned.dependencies));
    return;
  }
  const counts = terraformCounts(planned.plan);
  const logtail = await logtailPlan(flags, stack, planned.plan);
  const configs = logtail === undefined || logtail === "unknown" ? noCounts : countsOf(logtail.configs);
  await write(`${stack}.terraform.json`, `${JSON.stringify(counts)}\n`);
  await write(`${stack}.report.json`, `${JSON.stringify(sumOf(counts, configs))}\n`);
  await write(`${stack}.md`, noteText({ stack, terraform: changesIn(planned.plan), counts, logtail }));
  process.stdout.write(`${planned.text}\n`);
  if (logtail === undefined) return;
  if (logtail === "unknown") {
    process.stdout.write("Logtail configs: known after apply.\n");
    return;
  }
  await write(`${stack}.logtail.json`, `${JSON.stringify(configs)}\n`);
  await write(`${stack}.logtail-plan.json`, `${JSON.stringify(planJson(logtail), null, 2)}\n`);
  process.stdout.write(`${planText(logtail)}\n`);
}
