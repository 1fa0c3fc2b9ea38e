import type { ResourceKind } from "../kind";
import { ecsRamRoleAttachment } from "./ecs-ram-role-attachment";
import { imsOidcProvider } from "./ims-oidc-provider";
import { instance } from "./instance";
import { logAlert } from "./log-alert";
import { logDashboard } from "./log-dashboard";
import { logMachineGroup } from "./log-machine-group";
import { logOssExport } from "./log-oss-export";
import { logProject } from "./log-project";
import { logResource } from "./log-resource";
import { logResourceRecord } from "./log-resource-record";
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
import { slsAlert } from "./sls-alert";
import { slsCollectionPolicy } from "./sls-collection-policy";
import { slsEtl } from "./sls-etl";
import { slsIndex } from "./sls-index";
import { slsLogtailConfig } from "./sls-logtail-config";
import { slsLogtailPipelineConfig } from "./sls-logtail-pipeline-config";
import { slsMachineGroup } from "./sls-machine-group";
import { slsOssExportSink } from "./sls-oss-export-sink";
import { slsScheduledSql } from "./sls-scheduled-sql";
import { vpc } from "./vpc";
import { vswitch } from "./vswitch";

/** What the stand-in serves. */
export const resourceKinds: readonly ResourceKind[] = [
  logProject,
  logStore,
  logStoreIndex,
  logMachineGroup,
  logtailConfig,
  logtailAttachment,
  logAlert,
  logDashboard,
  logOssExport,
  logResource,
  logResourceRecord,
  slsAlert,
  slsCollectionPolicy,
  slsEtl,
  slsIndex,
  slsLogtailConfig,
  slsLogtailPipelineConfig,
  slsMachineGroup,
  slsOssExportSink,
  slsScheduledSql,
  vpc,
  vswitch,
  instance,
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
