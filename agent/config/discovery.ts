/**
 * Which Logtail configs are in force on this machine. Log Service has no public call that tells a machine its configs,
 * so: the project's machine groups -> those whose list names this machine -> the configs bound to them.
 */
import { isNotExist, type FoundLogtailConfig, type MachineGroupBody } from "../../sls/model";
import type { Identity } from "./identity";
import { rulesOf, type RulesFound } from "./logtail-rules";

/** The calls of SlsClient that are needed. */
export interface ConfigService {
  listMachineGroups(project: string, page: { offset: number; size: number }): Promise<string[]>;
  getMachineGroup(project: string, group: string): Promise<MachineGroupBody>;
  getAppliedConfigs(project: string, group: string): Promise<string[]>;
  getLogtailConfig(project: string, name: string): Promise<FoundLogtailConfig>;
}

/** A syslog config in force, reduced to what the agent acts on. */
export interface SyslogConfig extends RulesFound {
  readonly project: string;
  readonly config: string;
  readonly logstore: string;
  readonly tag: string;
  /** The group's `groupTopic`; empty for none. */
  readonly topic: string;
  readonly group: string;
}

export interface Found {
  /** Groups that name this machine. */
  readonly groups: readonly string[];
  readonly configs: readonly SyslogConfig[];
  /** Configs bound to those groups that this agent does not act on. */
  readonly ignored: readonly { readonly config: string; readonly why: string }[];
}

const pageSize = 500;

/** Makes no further call once the signal has aborted. */
export async function discover(
  service: ConfigService,
  project: string,
  identity: Identity,
  signal: AbortSignal,
): Promise<Found> {
  const groups: string[] = [];
  const configs = new Map<string, SyslogConfig>();
  const ignored = new Map<string, string>();
  for (const name of await allGroups(service, project)) {
    signal.throwIfAborted();
    const group = await orGone(service.getMachineGroup(project, name));
    if (group === undefined || !isMember(group, identity)) continue;
    groups.push(name);
    for (const configName of (await orGone(service.getAppliedConfigs(project, name))) ?? []) {
      if (configs.has(configName) || ignored.has(configName)) continue;
      signal.throwIfAborted();
      const config = await orGone(service.getLogtailConfig(project, configName));
      if (config === undefined) continue;
      const read = readConfig(project, config, name, group.groupAttribute?.groupTopic ?? "");
      if (typeof read === "string") ignored.set(configName, read);
      else configs.set(configName, read);
    }
  }
  return {
    groups,
    configs: [...configs.values()].sort((a, b) => (a.config < b.config ? -1 : 1)),
    ignored: [...ignored].map(([config, why]) => ({ config, why })),
  };
}

function isMember(group: Partial<MachineGroupBody>, identity: Identity): boolean {
  const names = group.machineIdentifyType === "userdefined" ? identity.userDefinedIds : identity.addresses;
  return (group.machineList ?? []).some((machine) => names.includes(machine));
}

/** Names are parts of paths, on disk and in requests. Other than the service's rule, which may have changed since. */
const safeName = /^[A-Za-z0-9_-]{1,128}$/;

/** What the service answers is not taken for what it should be: one odd config must not cost the others. */
function readConfig(
  project: string,
  found: Partial<FoundLogtailConfig> & Pick<FoundLogtailConfig, "configName">,
  group: string,
  topic: string,
): SyslogConfig | string {
  if (found.inputType !== "syslog" && found.inputType !== "streamlog") {
    return `input type "${found.inputType}" is not supported by this agent; it acts on syslog and streamlog`;
  }
  const detail: Readonly<Record<string, unknown>> = found.inputDetail ?? {};
  const tag = detail["tag"];
  if (typeof tag !== "string" || tag === "") return "it has no inputDetail.tag, so no line can be meant for it";
  const logstore: unknown = found.outputDetail?.logstoreName;
  if (typeof logstore !== "string") return "it has no outputDetail.logstoreName, so its lines have nowhere to go";
  if (!safeName.test(logstore)) {
    return `its outputDetail.logstoreName ${JSON.stringify(logstore)} is no name of a logstore`;
  }
  return { project, config: found.configName, logstore, tag, topic, group, ...rulesOf(detail) };
}

async function allGroups(service: ConfigService, project: string): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const page = await service.listMachineGroups(project, { offset: names.length, size: pageSize });
    names.push(...page);
    if (page.length < pageSize) return names;
  }
}

/** What was listed a moment ago may have been deleted since. A missing project is another matter, and throws. */
async function orGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotExist(error) && error.code !== "ProjectNotExist") return undefined;
    throw error;
  }
}
