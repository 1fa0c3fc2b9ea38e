/** Every operation of Log Service that the local cloud serves. One file an operation, or one for a noun's few verbs. */
import type { Operation } from "../sls/context";
import { agentInstanceConfigOperations } from "./agent-instance-configs";
import { collectionPolicyOperations } from "./collection-policies";
import { configOperations } from "./configs";
import { consumerGroupOperations } from "./consumer-groups";
import { cursorOperations } from "./cursors";
import { dashboardOperations } from "./dashboards";
import { externalStoreOperations } from "./external-stores";
import { getContextLogs } from "./get-context-logs";
import { getHistograms } from "./get-histograms";
import { getLogsByGet, getLogsByPost } from "./get-logs";
import { indexOperations } from "./index-config";
import { jobOperations } from "./jobs";
import { loggingOperations } from "./logging";
import { logstoreSettingOperations } from "./logstore-settings";
import { logstoreOperations } from "./logstores";
import { machineGroupOperations } from "./machine-groups";
import { metricStoreOperations } from "./metric-stores";
import { pipelineConfigOperations } from "./pipeline-configs";
import { policyOperations } from "./policy";
import { processorOperations } from "./processors";
import { projectOperations } from "./projects";
import { pullLogs } from "./pull-logs";
import { putLogs } from "./put-logs";
import { regionOperations } from "./regions";
import { resourceRecordOperations } from "./resource-records";
import { resourceOperations } from "./resources";
import { savedSearchOperations } from "./saved-searches";
import { shardOperations } from "./shards";
import { slsServiceOperations } from "./sls-service";
import { sqlInstanceOperations } from "./sql-instances";
import { storeViewOperations } from "./store-views";
import { tagOperations } from "./tags";
import { webTrackingOperations } from "./web-tracking";

export const operations: readonly Operation[] = [
  ...projectOperations,
  ...policyOperations,
  ...tagOperations,
  ...regionOperations,
  ...slsServiceOperations,
  ...logstoreOperations,
  ...logstoreSettingOperations,
  ...metricStoreOperations,
  ...indexOperations,
  ...machineGroupOperations,
  ...configOperations,
  ...pipelineConfigOperations,
  ...agentInstanceConfigOperations,
  ...webTrackingOperations,
  ...putLogs,
  ...getHistograms,
  getContextLogs,
  getLogsByGet,
  getLogsByPost,
  ...cursorOperations,
  pullLogs,
  ...shardOperations,
  ...consumerGroupOperations,
  ...dashboardOperations,
  ...savedSearchOperations,
  ...jobOperations,
  ...externalStoreOperations,
  ...storeViewOperations,
  ...processorOperations,
  ...loggingOperations,
  ...sqlInstanceOperations,
  ...collectionPolicyOperations,
  ...resourceOperations,
  ...resourceRecordOperations,
];
