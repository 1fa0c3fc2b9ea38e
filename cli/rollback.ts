import { Command } from "commander";
import {
  applyPlan,
  chooseVersion,
  eventText,
  History,
  makePlan,
  ownerProblem,
  placeOf,
  planText,
  readConfig,
  realPatience,
  type KeptVersion,
} from "../deploy";
import { formOfHash, hashOf } from "../deploy/canonical";
import type { SlsClient } from "../sls";
import type { ConfigForm } from "../sls/model/config-form";
import { isNotExist } from "../sls/model/errors";
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
    const owner = flags.owner ?? (place.stack === undefined ? "" : ownerOf(flags, place.stack));
    const problem = ownerProblem(owner);
    if (problem !== undefined) throw new Error(problem);
    const wanted = { project: place.project, config, machineGroups };
    const plan = await makePlan(client, [wanted], { owner, force: flags.force === true, only: [name] });
    process.stdout.write(`${planText(plan)}\n`);
    if (plan.changes > 0 && flags.yes !== true) {
      if (!isInteractive())
        throw new Error("nobody can be asked here, so nothing was changed; if it is meant, give --yes");
      if (!(await confirmed("Put it back?"))) throw new Error("not confirmed: nothing was changed");
    }
    const onEvent = (event: Parameters<typeof eventText>[0]): void => {
      const text = eventText(event);
      if (text !== undefined) process.stdout.write(`${text}\n`);
    };
    const [outcome] = await applyPlan(client, plan, { onEvent, writer, kind: "rollback" });
    if (outcome?.error) throw outcome.error;
    if (outcome?.status === "held") throw new Error("left as others made it; --force overwrites it");
  } finally {
    close();
  }
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
