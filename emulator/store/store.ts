/** What the local cloud knows. All but the logs is plain data, and is saved as such (saved-store.ts). */
import type { FoundLogtailConfig } from "../../sls/model/logtail-config";
import type { MachineGroupBody } from "../../sls/model/machine-group";
import type { LogStorage } from "./log-storage";
import type { Logstore } from "./logstore";
import type { SecurityGroup } from "./security-group";

export interface Stored<T> {
  body: T;
  /** Unix seconds. */
  createTime: number;
  /** Unix seconds; grows with every update. */
  lastModifyTime: number;
}

export interface Project {
  readonly name: string;
  readonly region: string;
  readonly createTime: Date;
  description: string;
  resourceGroupId: string;
  lastModifyTime: Date;
  policy: string;
  /** Key: `resourceType#resourceId`, lower-case type. */
  readonly tags: Map<string, Map<string, string>>;
  readonly logstores: Map<string, Logstore>;
  readonly machineGroups: Map<string, Stored<MachineGroupBody>>;
  readonly configs: Map<string, Stored<FoundLogtailConfig>>;
  /** Config names by group name. */
  readonly applied: Map<string, Set<string>>;
}

export class Store {
  constructor(readonly storage: LogStorage) {}

  /** By name: names are unique over all regions. */
  readonly projects = new Map<string, Project>();
  readonly securityGroups = new Map<string, SecurityGroup>();
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
    tags: new Map(),
    logstores: new Map(),
    machineGroups: new Map(),
    configs: new Map(),
    applied: new Map(),
  };
}
