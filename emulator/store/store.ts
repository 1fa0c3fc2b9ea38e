/** What the local cloud knows. All but the logs is plain data, and is saved as such (saved-store.ts). */
import type { FoundLogtailConfig } from "../../sls/model/logtail-config";
import type { PipelineConfigBody } from "../../sls/model/logtail-pipeline";
import type { MachineGroupBody } from "../../sls/model/machine-group";
import { newAccessState } from "./access";
import type { Instance } from "./instance";
import type { Job } from "./job";
import type { LogStorage } from "./log-storage";
import type { Logstore } from "./logstore";
import type { Machine } from "./machine";
import type { VSwitch, Vpc } from "./network";
import type { SecurityGroup } from "./security-group";

export interface Stored<T> {
  body: T;
  /** Unix seconds. */
  createTime: number;
  /** Unix seconds; grows with every update. */
  lastModifyTime: number;
}

/** What is stored and given back as it came, and not acted on. By the last word of its path (`dashboards`), then by name. */
export type Kept = Map<string, Map<string, Stored<Readonly<Record<string, unknown>>>>>;

export interface Project {
  readonly name: string;
  readonly region: string;
  readonly createTime: Date;
  description: string;
  resourceGroupId: string;
  lastModifyTime: Date;
  policy: string;
  dataRedundancyType: string;
  recycleBinEnabled: boolean;
  /** Key: `resourceType#resourceId`, lower-case type. */
  readonly tags: Map<string, Map<string, string>>;
  readonly logstores: Map<string, Logstore>;
  readonly machineGroups: Map<string, Stored<MachineGroupBody>>;
  readonly configs: Map<string, Stored<FoundLogtailConfig>>;
  /** Configs in the newer form; a name is in `configs` or here. */
  readonly pipelines: Map<string, Stored<PipelineConfigBody>>;
  /** Config names by group name. */
  readonly applied: Map<string, Set<string>>;
  /** Alerts, exports, ingestions, ETLs, scheduled SQL: one space of names. */
  readonly jobs: Map<string, Job>;
  readonly kept: Kept;
}

/** Whether a config of either form has the name. */
export const hasConfig = ({ configs, pipelines }: Project, name: string): boolean =>
  configs.has(name) || pipelines.has(name);

export class Store {
  constructor(readonly storage: LogStorage) {}

  /** By name: names are unique over all regions. */
  readonly projects = new Map<string, Project>();
  readonly securityGroups = new Map<string, SecurityGroup>();
  readonly vpcs = new Map<string, Vpc>();
  readonly vswitches = new Map<string, VSwitch>();
  readonly instances = new Map<string, Instance>();
  /** Machines whose agent has reported, by ip. */
  readonly machines = new Map<string, Machine>();
  /** What belongs to the account. */
  readonly kept: Kept = new Map();
  /** Users, roles, policies, temporary credentials. */
  readonly access = newAccessState();
}

export function newProject(
  name: string,
  region: string,
  description: string,
  resourceGroupId: string,
  now: Date,
): Project {
  return {
    name,
    region,
    description,
    resourceGroupId,
    createTime: now,
    lastModifyTime: now,
    policy: "",
    dataRedundancyType: "LRS",
    recycleBinEnabled: false,
    tags: new Map(),
    logstores: new Map(),
    machineGroups: new Map(),
    configs: new Map(),
    pipelines: new Map(),
    applied: new Map(),
    jobs: new Map(),
    kept: new Map(),
  };
}
