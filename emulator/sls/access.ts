/**
 * Which RAM action an operation is, and on which resources. The action is the operation's name, but where the service spells it
 * otherwise; the resource follows from the path. Source: SLS user guide, "Authentication rules"; API reference, "RAM authorization".
 */
import { accountId } from "../store/access";
import type { Operation, SlsContext } from "./context";

type Asked = Pick<SlsContext, "region" | "projectName" | "path" | "query" | "body">;

export interface NeededAccess {
  /** Without `log:`; spellings of one action, the service's own first. */
  readonly actions: readonly string[];
  /** Each must be allowed. */
  readonly resources: readonly string[];
}

const spellings: Readonly<Record<string, readonly string[]>> = {
  PutLogs: ["PostLogStoreLogs"],
  GetLogs: ["GetLogStoreLogs"],
  GetLogsV2: ["GetLogStoreLogs"],
  GetContextLogs: ["GetLogStoreLogs"],
  GetHistograms: ["GetLogStoreHistogram"],
  GetCursor: ["GetCursorOrData"],
  GetCursorTime: ["GetCursorOrData"],
  PullLogs: ["GetCursorOrData"],
  ListTopics: ["GetLogStoreLogs"],
  ListConfigs: ["ListConfig"],
  ListMachineGroups: ["ListMachineGroup"],
  ApplyConfigToMachineGroup: ["ApplyConfigToGroup", "ApplyConfigToMachineGroup"],
  RemoveConfigFromMachineGroup: ["RemoveConfigFromGroup", "RemoveConfigFromMachineGroup"],
  CreateLogtailPipelineConfig: ["CreateLogtailPipelineConfig", "CreateConfig"],
  GetLogtailPipelineConfig: ["GetLogtailPipelineConfig", "GetConfig"],
  ListLogtailPipelineConfig: ["ListLogtailPipelineConfig", "ListConfig"],
  UpdateLogtailPipelineConfig: ["UpdateLogtailPipelineConfig", "UpdateConfig"],
  DeleteLogtailPipelineConfig: ["DeleteLogtailPipelineConfig", "DeleteConfig"],
  UpdateMachineGroupMachine: ["UpdateMachineGroupMachine", "UpdateMachineGroup"],
  PutWebtracking: ["WebTracking"],
  ListProjects: ["ListProject"],
};

/** Each kind of job has calls of its own, and policies mostly name those of all. Source: SLS user guide, "Authorize a RAM user to ship data to OSS". */
const jobCall =
  /^(Create|Get|List|Update|Delete)(Alert|ETL|ScheduledSQL|(?:OSS|OSSHDFS|MaxCompute)Export|(?:OSS|S3)Ingestion)s?$/;

/** Operations that share a path and a name here, and are two in the service. */
function actionsOf(name: string, query: Asked["query"]): readonly string[] {
  if (name === "SplitShard" && query["action"] === "merge") return ["MergeShards", "MergeShard"];
  if (name === "ConsumerGroupHeartBeat" && query["type"] === "checkpoint") return ["ConsumerGroupUpdateCheckPoint"];
  const verb = jobCall.exec(name)?.[1];
  if (verb !== undefined) return [name, verb === "List" ? "ListJobs" : `${verb}Job`];
  return spellings[name] ?? [name];
}

/** Part of the path -> type of resource. */
const types: Readonly<Record<string, string>> = {
  logstores: "logstore",
  metricstores: "logstore",
  configs: "logtailconfig",
  pipelineconfigs: "logtailconfig",
  machinegroups: "machinegroup",
  consumergroups: "consumergroup",
  dashboards: "dashboard",
  savedsearches: "savedsearch",
  alerts: "alert",
  jobs: "job",
  etls: "job",
  scheduledsqls: "job",
  ossexports: "job",
  osshdfsexports: "job",
  maxcomputeexports: "job",
  ossingestions: "job",
  s3ingestions: "job",
};

/** `logstore/ls`, `logstore/ls/consumergroup/*`, `machinegroup/g` and `logtailconfig/c`; none for calls on the project itself. */
function partsOf(template: string, path: Asked["path"]): readonly string[] {
  const segments = template.split("/").slice(1);
  const found: string[] = [];
  segments.forEach((segment, index) => {
    const type = types[segment];
    if (type === undefined) return;
    const name = /^\{(\w+)\}$/.exec(segments[index + 1] ?? "")?.[1];
    const value = name === undefined ? undefined : path[name];
    if (type === "consumergroup") found.push(`${found.pop() ?? ""}/${type}/${value ?? "*"}`);
    // What a group's configs are is a matter of the group, and the other way round.
    else if (value !== undefined || found.length === 0) found.push(`${type}/${value ?? "*"}`);
  });
  return found;
}

/** The project that the call is about: of the host, or named in the body (`POST /`) or among the tagged resources. */
function projectOfCall({ projectName, query, body }: Asked): string {
  if (projectName !== undefined) return projectName;
  const given = json(body.length > 0 ? body.toString("utf8") : "{}");
  const ids: unknown = given["resourceId"] ?? json(`{"ids":${query["resourceId"] ?? "null"}}`)["ids"];
  const first: unknown = given["projectName"] ?? (Array.isArray(ids) ? ids[0] : ids);
  return typeof first === "string" && first !== "" ? (first.split("#")[0] ?? "*") : "*";
}

function json(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function neededAccess(operation: Pick<Operation, "name" | "path">, asked: Asked): NeededAccess {
  const project = `acs:log:${asked.region}:${accountId}:project/${projectOfCall(asked)}`;
  const parts = partsOf(operation.path, asked.path);
  return {
    actions: actionsOf(operation.name, asked.query),
    resources: parts.length === 0 ? [project] : parts.map((part) => `${project}/${part}`),
  };
}
