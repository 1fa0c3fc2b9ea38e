import { writeFileSync } from "node:fs";
import { Command } from "commander";
import {
  applyPlan,
  eventText,
  gitlabReport,
  makePlan,
  outcomesJson,
  planJson,
  planText,
  realPatience,
  removes,
  summaryRows,
  type DeployEvent,
  type Outcome,
  type Plan,
} from "../deploy";
import { confirmed, isInteractive } from "./confirm";
import { addDeployOptions, checkNames, checkPruneProd, ownersOf, prunes, type DeployFlags } from "./deploy-options";
import { clientFor, readStacks } from "./service-options";
import { table } from "./table";

interface Flags extends DeployFlags {
  readonly yes?: boolean;
  readonly history: boolean;
  readonly concurrency: string;
}

export function deployCommand(): Command {
  return addDeployOptions(new Command("deploy"))
    .description(
      "make the Logtail configs in the service equal to what the code says, and bind them to their machine groups",
    )
    .option("-y, --yes", "do not ask")
    .option("--concurrency <n>", "configs at a time, 1 to 32", "8")
    .option("--no-history", "do not keep the versions for `cdktf-sls rollback`")
    .addHelpText(
      "after",
      "\nRun it after `cdktf deploy`. A second run writes nothing. Exit codes: 0 done, 1 error, or something was left because others changed it",
    )
    .action(deploy);
}

function concurrencyOf(textValue: string): number {
  const n = Number(textValue);
  if (Number.isInteger(n) && n >= 1 && n <= 32) return n;
  throw new Error(`--concurrency must be a whole number from 1 to 32, got ${JSON.stringify(textValue)}`);
}

async function deploy(flags: Flags): Promise<void> {
  const print = (text: string | undefined): unknown =>
    flags.json || text === undefined ? undefined : process.stdout.write(`${text}\n`);
  const concurrency = concurrencyOf(flags.concurrency);
  // Before anything is sent it is known that it can be written.
  if (flags.gitlabReport) writeReport(flags.gitlabReport, []);
  const plans: Plan[] = [];
  const events: DeployEvent[] = [];
  const outcomes: Outcome[] = [];
  let writes = 0;
  const onEvent = (event: DeployEvent): void => {
    events.push(event);
    print(eventText(event));
  };
  const onCall = (verb: string): unknown => verb !== "GET" && writes++;
  try {
    const stacks = await readStacks(flags);
    checkNames(flags, stacks);
    const owners = ownersOf(flags, stacks);
    checkPruneProd(flags, owners);
    for (const [i, stack] of stacks.entries()) {
      const owner = owners[i] ?? "";
      const prune = prunes(flags, owner, stack.manifest.environment);
      const { client, writer, close } = clientFor(flags, stack.manifest.region, onCall);
      try {
        const plan = await makePlan(client, stack.manifest.logtailConfigs, {
          owner,
          prune,
          concurrency,
          patience: realPatience,
          force: flags.force === true,
          ...(flags.only ? { only: flags.only } : {}),
        });
        plans.push(plan);
        print(planText(plan));
        if (!flags.history && flags.force !== true) needNoneUnkept(plan);
        if (!(await goesOn(flags, plan))) throw new Error(`not confirmed: nothing of stack ${owner} was changed`);
        const history = flags.history ? { writer } : {};
        outcomes.push(...(await applyPlan(client, plan, { onEvent, concurrency, ...history })));
        const failed = outcomes.find(({ status }) => status === "failed");
        if (failed?.error) throw failed.error;
      } finally {
        close();
      }
    }
    const held = outcomes.filter(({ status }) => status === "held");
    if (held.length > 0) {
      const names = held.map(({ plan }) => plan.name).join(", ");
      throw new Error(
        `left as others made it: ${names}; bring their change into the code, or overwrite it with --force`,
      );
    }
  } finally {
    const rows = summaryRows(outcomes);
    if (rows.length > 0) print(`\n${table(["config", "project", "result"], rows)}`);
    if (plans.length > 0) print(`${writes} ${writes === 1 ? "write" : "writes"} sent.`);
    if (flags.gitlabReport) writeReport(flags.gitlabReport, plans);
    // After an error too: what was written stays written.
    const json = { writes, events, results: outcomesJson(outcomes), plans: plans.map(planJson) };
    if (flags.json) process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  }
}

function writeReport(file: string, plans: readonly Plan[]): void {
  try {
    writeFileSync(file, gitlabReport(plans.flatMap(({ configs }) => configs)));
  } catch (error) {
    throw new Error(`--gitlab-report: ${(error as Error).message}; name a file in a folder that is there`);
  }
}

/** What nobody marked is taken over because its content is kept. */
function needNoneUnkept(plan: Plan): void {
  const lost = plan.configs.filter(({ foreign, action }) => foreign?.kind === "unmarked" && action === "update");
  if (lost.length === 0) return;
  throw new Error(
    `--no-history would lose what somebody else made: ${lost.map(({ name }) => name).join(", ")}; ` +
      `nothing was changed; leave it out, or overwrite it with --force`,
  );
}

/** A person is asked; a pipeline goes on by itself, unless something would be removed. */
async function goesOn(flags: Flags, plan: Plan): Promise<boolean> {
  const removed = plan.configs.filter(removes);
  const changed = plan.configs.some(({ action, bind, held }) => !held && (action !== "none" || bind.length > 0));
  if (flags.yes === true || (removed.length === 0 && !changed)) return true;
  if (isInteractive()) {
    const what = removed.length > 0 ? `Remove or unbind ${removed.map(({ name }) => name).join(", ")}` : "Do it";
    return confirmed(`${what}?`);
  }
  if (removed.length === 0) return true;
  const names = removed.map(({ name }) => name).join(", ");
  throw new Error(
    `machines would no longer collect by: ${names}; nobody can be asked here, so nothing of this stack was changed; if it is meant, give --yes`,
  );
}
