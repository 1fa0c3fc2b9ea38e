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

type Named = Pick<Operation, "name" | "path">;

/** What the call itself names as its project, or as things in it, whatever host it comes to: a text or texts. */
function namedIn({ name, path }: Named, { query, body }: Asked): unknown {
  if (path === "/tags") return json(query["resourceId"] ?? "null");
  if (name === "CreateProject") return memberOf(body, "projectName");
  return ["/tag", "/untag", "/resourcegroup"].includes(path) ? memberOf(body, "resourceId") : undefined;
}

/** Every project that the call is about: those that it names, or the one of the host. */
function projectsOfCall(operation: Named, asked: Asked): readonly string[] {
  const host = asked.projectName ?? "*";
  const named = [namedIn(operation, asked)].flat();
  const projects = named.map((id) => (typeof id === "string" && id.split("#")[0]) || host);
  return projects.length === 0 ? [host] : [...new Set(projects)];
}

function memberOf(body: Buffer, name: string): unknown {
  const value = json(body.toString("utf8"));
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function neededAccess(operation: Named, asked: Asked): NeededAccess {
  const parts = partsOf(operation.path, asked.path);
  const resources = projectsOfCall(operation, asked).flatMap((name) => {
    const project = `acs:log:${asked.region}:${accountId}:project/${name}`;
    return parts.length === 0 ? [project] : parts.map((part) => `${project}/${part}`);
  });
  return { actions: actionsOf(operation.name, asked.query), resources };
}

/** The project that a resource is, or lies in. */
export const projectIn = (resource: string): string => /:project\/([^/]+)/.exec(resource)?.[1] ?? "";
