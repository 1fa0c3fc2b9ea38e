import { Command } from "commander";
import {
  applyPlan,
  chooseVersion,
  eventText,
  formerOwner,
  History,
  makePlan,
  outcomesJson,
  ownerProblem,
  placeOf,
  planJson,
  planText,
  readConfig,
  realPatience,
  type ConfigPlace,
  type DeployEvent,
  type KeptVersion,
} from "../deploy";
import { formOfHash, hashOf } from "../deploy/canonical";
import type { SlsClient } from "../sls";
import type { ConfigForm } from "../sls/model/config-form";
import { isNotExist } from "../sls/model/errors";
import { configNameProblem } from "../sls/model/names";
import { confirmed, isInteractive } from "./confirm";
import { ownerOf } from "./deploy-options";
import { addServiceOptions, clientFor, readStacks, type ServiceFlags } from "./service-options";
import { table } from "./table";

interface Flags extends ServiceFlags {
  readonly to?: string;
  readonly project?: string;
  readonly owner?: string;
  readonly force?: boolean;
  readonly yes?: boolean;
}

export function rollbackCommand(): Command {
  return addServiceOptions(new Command("rollback"))
    .description("list the versions of a Logtail config that deploys applied or overwrote, or put one of them back")
    .argument("<name>", "the Logtail config")
    .option("--to <version>", "put this one back: its number in the list, or its version")
    .option("--project <name>", "log project (default: the stack's)")
    .option("--owner <name>", "whose mark it gets (default: the stack's name)")
    .option("--force", "overwrite what others changed since the last deploy")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", "\nThe next `cdktf-sls deploy` brings back what the code says: revert that too.")
    .action(rollback);
}

async function rollback(name: string, flags: Flags): Promise<void> {
  const illegal = configNameProblem(name);
  if (illegal !== undefined) throw new Error(illegal);
  const print = (text: string | undefined): unknown =>
    flags.json || text === undefined ? undefined : process.stdout.write(`${text}\n`);
  const place = placeOf(name, await readStacks(flags), flags.project);
  const { client, writer, close } = clientFor(flags, place.region);
  try {
    const history = new History(client, writer, place.project, { now: () => new Date(), patience: realPatience });
    const versions = await history.versionsOf(name);
    if (versions.length === 0) {
      throw new Error(
        `no version of ${name} is kept in ${place.project}; \`cdktf-sls deploy\` keeps one with each change that it makes`,
      );
    }
    if (flags.to === undefined) return await list(client, place.project, name, versions, flags);
    const { config, machineGroups } = chooseVersion(versions, flags.to);
    const owner = ownerIn(place, versions, flags);
    const problem = ownerProblem(owner);
    if (problem !== undefined) throw new Error(problem);
    const wanted = { project: place.project, config, machineGroups };
    const plan = await makePlan(client, [wanted], {
      owner,
      force: flags.force === true,
      only: [name],
      adoptGroups: false,
    });
    print(planText(plan));
    if (plan.changes > 0 && flags.yes !== true) {
      if (!isInteractive())
        throw new Error("nobody can be asked here, so nothing was changed; if it is meant, give --yes");
      if (!(await confirmed("Put it back?"))) throw new Error("not confirmed: nothing was changed");
    }
    const events: DeployEvent[] = [];
    const onEvent = (event: DeployEvent): void => {
      events.push(event);
      print(eventText(event));
    };
    const outcomes = await applyPlan(client, plan, { onEvent, writer, kind: "rollback" });
    const json = { events, results: outcomesJson(outcomes), plans: [planJson(plan)] };
    if (flags.json) process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
    const [outcome] = outcomes;
    if (outcome?.error) throw outcome.error;
    if (outcome?.status === "held") throw new Error("left as others made it; --force overwrites it");
  } finally {
    close();
  }
}

/** Of the stack that declares it; else of who deployed it last, whose `--prune` it would be again. */
function ownerIn(place: ConfigPlace, versions: readonly KeptVersion[], flags: Flags): string {
  const { stack, declared } = place;
  if (flags.owner !== undefined) return flags.owner;
  const former = declared ? undefined : formerOwner(versions);
  return former ?? (stack === undefined ? "" : ownerOf(flags, stack));
}

async function list(
  client: SlsClient,
  project: string,
  name: string,
  versions: readonly KeptVersion[],
  flags: Flags,
): Promise<void> {
  const now = await current(client, project, name, formOfHash(versions[0]?.hash ?? ""));
  const rows = versions.map((version, i) => ({
    number: i + 1,
    version: version.hash,
    at: new Date(version.at).toISOString(),
    what: version.kind,
    stack: version.owner,
    current: version.hash === now,
  }));
  if (flags.json) {
    const json = rows.map((row, i) => ({ ...row, ...versions[i] }));
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
    return;
  }
  const cells = rows.map((row) => [
    String(row.number),
    row.version.slice(0, 12),
    row.at,
    row.what === "found" ? "others made" : row.what,
    row.current ? `${row.stack} (in the service now)` : row.stack,
  ]);
  process.stdout.write(`${table(["#", "version", "kept at", "what", "stack"], cells)}\n`);
}

async function current(
  client: SlsClient,
  project: string,
  name: string,
  form: ConfigForm,
): Promise<string | undefined> {
  try {
    return hashOf(await readConfig(client, project, name, form));
  } catch (error) {
    if (isNotExist(error)) return undefined;
    throw error;
  }
}
