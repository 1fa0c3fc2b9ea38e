import type { ResourceKind } from "../kind";
import { ecsRamRoleAttachment } from "./ecs-ram-role-attachment";
import { imsOidcProvider } from "./ims-oidc-provider";
import { logMachineGroup } from "./log-machine-group";
import { logProject } from "./log-project";
import { logStore } from "./log-store";
import { logStoreIndex } from "./log-store-index";
import { logtailAttachment } from "./logtail-attachment";
import { logtailConfig } from "./logtail-config";
import { ramAccessKey } from "./ram-access-key";
import { ramPolicy } from "./ram-policy";
import { ramRolePolicyAttachment, ramUserPolicyAttachment } from "./ram-policy-attachment";
import { ramRole } from "./ram-role";
import { ramUser } from "./ram-user";
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
  ramRole,
  ramPolicy,
  ramUser,
  ramAccessKey,
  ramRolePolicyAttachment,
  ramUserPolicyAttachment,
  imsOidcProvider,
  ecsRamRoleAttachment,
];
