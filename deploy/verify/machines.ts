/**
 * Whether machines of a group are alive. Logtail and LoongCollector report a heartbeat to Log Service, which ListMachines shows; sls-agent cannot (there is no
 * public call for it), so a machine counts too when logs of it arrived.
 */
import type { FoundLog, GetLogsRequest, ListedMachine, SlsClient } from "../../sls";
import { canarySource, isUnindexed } from "./canary";
import { fail, pass, type Check } from "./check";
import { until, type VerifyWorld } from "./patience";

export interface MachinesWish {
  readonly project: string;
  readonly group: string;
  /** Logstores that the group's machines write to. */
  readonly logstores: readonly string[];
  /** Machines at least. */
  readonly machines: number;
  /** A heartbeat or log older than this many seconds is none. */
  readonly freshSeconds: number;
  readonly waitMs: number;
}

interface Alive {
  readonly byHeartbeat: readonly string[];
  readonly byLogs: readonly string[];
}

const escaped = (text: string): string => text.replace(/["\\]/g, "\\$&");

/** Nothing where there is no index: that is for the canary to tell. */
async function search(
  client: SlsClient,
  project: string,
  logstore: string,
  request: GetLogsRequest,
): Promise<readonly FoundLog[]> {
  try {
    return (await client.searchLogs(project, logstore, request)).logs;
  } catch (error) {
    if (isUnindexed(error)) return [];
    throw error;
  }
}

/** Sources of logs, one search for each: what is known is left out of the next one. */
async function sourcesOf(client: SlsClient, wish: MachinesWish, now: Date): Promise<string[]> {
  const to = Math.floor(now.getTime() / 1000) + 60;
  const from = to - 60 - wish.freshSeconds;
  const sources = new Set<string>();
  for (const logstore of wish.logstores) {
    while (sources.size < wish.machines) {
      const known = [canarySource, ...sources].map((source) => ` not __source__: "${escaped(source)}"`).join("");
      const logs = await search(client, wish.project, logstore, { from, to, query: `*${known}`, line: 1 });
      const source = logs[0]?.["__source__"];
      if (source === undefined || sources.has(source)) break;
      sources.add(source);
    }
  }
  return [...sources];
}

const isFresh = ({ lastHeartbeatTime }: ListedMachine, wish: MachinesWish, now: Date): boolean =>
  lastHeartbeatTime > 0 && now.getTime() / 1000 - lastHeartbeatTime <= wish.freshSeconds;

async function alive(client: SlsClient, wish: MachinesWish, now: Date): Promise<Alive> {
  const listed = await client.listMachines(wish.project, wish.group);
  const byHeartbeat = listed.filter((machine) => isFresh(machine, wish, now)).map(({ ip }) => ip);
  if (byHeartbeat.length >= wish.machines) return { byHeartbeat, byLogs: [] };
  return { byHeartbeat, byLogs: await sourcesOf(client, wish, now) };
}

const minutes = (seconds: number): string => (seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`);

export async function machinesCheck(client: SlsClient, wish: MachinesWish, world: VerifyWorld): Promise<Check> {
  const subject = `${wish.project}/${wish.group}`;
  let last: Alive = { byHeartbeat: [], byLogs: [] };
  await until(world, wish.waitMs, async () => {
    last = await alive(client, wish, world.now());
    return new Set([...last.byHeartbeat, ...last.byLogs]).size >= wish.machines ? last : undefined;
  });
  const { byHeartbeat, byLogs } = last;
  const seen = `${byHeartbeat.length} with a heartbeat, ${byLogs.length} by their logs, within ${minutes(wish.freshSeconds)}`;
  if (new Set([...byHeartbeat, ...byLogs]).size >= wish.machines) return pass("machines", subject, seen);
  return fail(
    "machines",
    subject,
    `${seen}; ${wish.machines} wanted`,
    "on a machine: `systemctl status logtail`, `sls-agent status`; does /etc/ilogtail/user_defined_id hold an id of the group, " +
      "and does the machine reach Log Service (proxy, security group)?",
  );
}

/** Machines are wanted, and no config of the project is for any. */
export const noGroup = (project: string): Check =>
  fail(
    "machines",
    project,
    "no Logtail config is bound to a machine group, so no machine collects",
    "give the configs their machineGroups; or `--machines 0`, where others bind them",
  );
