/** Every operation of Log Service that the local cloud serves. One file an operation, or one for a noun's few verbs. */
import type { Operation } from "../sls/context";
import { configOperations } from "./configs";
import { consumerGroupOperations } from "./consumer-groups";
import { cursorOperations } from "./cursors";
import { getContextLogs } from "./get-context-logs";
import { getHistograms } from "./get-histograms";
import { getLogsByGet, getLogsByPost } from "./get-logs";
import { indexOperations } from "./index-config";
import { logstoreOperations } from "./logstores";
import { machineGroupOperations } from "./machine-groups";
import { policyOperations } from "./policy";
import { projectOperations } from "./projects";
import { pullLogs } from "./pull-logs";
import { putLogs } from "./put-logs";
import { regionOperations } from "./regions";
import { shardOperations } from "./shards";
import { tagOperations } from "./tags";
import { webTrackingOperations } from "./web-tracking";

export const operations: readonly Operation[] = [
  ...projectOperations,
  ...policyOperations,
  ...tagOperations,
  ...regionOperations,
  ...logstoreOperations,
  ...indexOperations,
  ...machineGroupOperations,
  ...configOperations,
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
];
