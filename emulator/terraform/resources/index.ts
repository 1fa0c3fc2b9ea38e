import type { ResourceKind } from "../kind";
import { logMachineGroup } from "./log-machine-group";
import { logProject } from "./log-project";
import { logStore } from "./log-store";
import { logStoreIndex } from "./log-store-index";
import { logtailAttachment } from "./logtail-attachment";
import { logtailConfig } from "./logtail-config";
import { securityGroup } from "./security-group";
import { securityGroupRule } from "./security-group-rule";

/** What the stand-in serves. */
export const resourceKinds: readonly ResourceKind[] = [
  logProject,
  logStore,
  logStoreIndex,
  logMachineGroup,
  logtailConfig,
  logtailAttachment,
  securityGroup,
  securityGroupRule,
];
