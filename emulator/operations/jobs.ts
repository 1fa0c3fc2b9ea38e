/**
 * Jobs: kept, listed, enabled and disabled, and not run. A job that runs all the time says RUNNING from the start, for clients wait
 * for it. Source: SLS API reference, CreateAlert, CreateOSSExport, CreateETL, CreateScheduledSQL.
 */
import { randomBytes } from "node:crypto";
import { isObject, listField, objectField, textField, type Json } from "../sls/fields";
import { jsonBody, page, projectOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import type { Job } from "../store/job";
import { completeConfiguration, isOfKind, jobKinds, jobTypes, type JobKind } from "./job-kinds";
import { alreadyExist, looseNameProblem, notExist } from "./kept";

const maxJobs = 100;
const scheduleTypes = ["FixedRate", "Hourly", "Daily", "Weekly", "Cron", "DryRun", "Resident"];
/** Those that are switched on and off; the others are started and stopped. */
const switched = ["Alert", "ScheduledSQL", "Report", "AuditJob"];

const firstStatus = (type: string): string => (switched.includes(type) ? "ENABLED" : "RUNNING");

function bodyOf(kind: JobKind, type: string, given: Json): Json {
  const name = textField(given, "name", parameterInvalid);
  const problem = looseNameProblem("name", name);
  if (problem !== undefined) throw parameterInvalid(problem);
  for (const text of ["displayName", "description"]) textField(given, text, parameterInvalid);
  const schedule = objectField(given, "schedule", parameterInvalid);
  const how = textField(schedule, "type", parameterInvalid);
  if (how !== "" && !scheduleTypes.includes(how)) {
    throw parameterInvalid(`schedule.type must be one of ${scheduleTypes.join(", ")}, got ${how}`);
  }
  const configuration = completeConfiguration(kind, type, configurationOf(type, given));
  const resident = { type: "Resident" };
  const kept = Object.entries(given).filter(([member]) => !servers.includes(member));
  return {
    ...Object.fromEntries(kept),
    name,
    configuration,
    ...(Object.keys(schedule).length > 0 ? {} : switched.includes(type) ? {} : { schedule: resident }),
  };
}

/** Members that are the server's word. */
const servers = ["type", "status", "state", "scheduleId", "createTime", "lastModifiedTime", "lastModifyTime"];

function configurationOf(type: string, given: Json): Json {
  const configuration = objectField(given, "configuration", parameterInvalid);
  if (type === "Alert") listField(configuration, "queryList", parameterInvalid);
  if (type === "Export" || type === "ETL" || type === "Ingestion") {
    if (textField(configuration, "logstore", parameterInvalid) === "") {
      throw parameterInvalid(`configuration.logstore of the ${type} job must be given`);
    }
  }
  return configuration;
}

function jobOf(context: SlsContext, kind: JobKind): Job {
  const name = context.path["name"] ?? "";
  const job = projectOf(context).jobs.get(name);
  if (job === undefined || !isOfKind(kind, job.type, job.body["configuration"])) throw notExist("Job", name);
  return job;
}

function typeOf(kind: JobKind, given: Json): string {
  const type = kind.type ?? textField(given, "type", parameterInvalid);
  if (jobTypes.includes(type)) return type;
  throw parameterInvalid(`type must be one of ${jobTypes.join(", ")}, got ${type}`);
}

function create(context: SlsContext, kind: JobKind): object {
  const { jobs } = projectOf(context);
  const given = jsonBody(context);
  const type = typeOf(kind, given);
  const body = bodyOf(kind, type, given);
  const name = String(body["name"]);
  if (jobs.has(name)) throw alreadyExist("Job", name);
  if (jobs.size >= maxJobs) throw new ServiceError(400, "ExceedQuota", `job count exceeds ${maxJobs}`);
  const seconds = unixSeconds(context.now);
  const off = given["state"] === "Disabled" || given["status"] === "DISABLED";
  jobs.set(name, {
    type,
    status: off && switched.includes(type) ? "DISABLED" : firstStatus(type),
    scheduleId: randomBytes(16).toString("hex"),
    body,
    createTime: seconds,
    lastModifiedTime: seconds,
  });
  return {};
}

/** By `action`: enable, disable; START, STOP, RESTART. Without one the body takes the place of what is kept. */
function update(context: SlsContext, kind: JobKind): object {
  const job = jobOf(context, kind);
  const action = context.query["action"]?.toUpperCase();
  const allowed = switched.includes(job.type) ? ["ENABLE", "DISABLE"] : ["START", "STOP", "RESTART"];
  if (action !== undefined && !allowed.includes(action)) {
    throw parameterInvalid(`action of a job of type ${job.type} must be one of ${allowed.join(", ")}, got ${action}`);
  }
  if (action === "ENABLE" || action === "DISABLE") job.status = `${action}D`;
  else if (action === "STOP") job.status = "STOPPED";
  else if (action !== undefined) job.status = "RUNNING";
  if (action === undefined || (action === "RESTART" && context.body.length > 0)) {
    const given = jsonBody(context);
    const name = String(job.body["name"]);
    const body = bodyOf(kind, job.type, { ...given, name: given["name"] ?? name });
    if (body["name"] !== name) throw parameterInvalid(`name ${String(body["name"])} is not the ${name} of the path`);
    job.body = body;
  }
  job.lastModifiedTime = unixSeconds(context.now);
  return {};
}

function describe({ body, type, status, scheduleId, createTime, lastModifiedTime }: Job): object {
  const state = switched.includes(type) ? { state: status === "ENABLED" ? "Enabled" : "Disabled" } : {};
  const texts = { displayName: "", description: "" };
  return { ...texts, ...body, type, recyclable: false, status, ...state, scheduleId, createTime, lastModifiedTime };
}

/** Logstores that a job reads. */
function logstoresOf({ body }: Job): readonly unknown[] {
  const configuration = isObject(body["configuration"]) ? body["configuration"] : {};
  const { logstore, sourceLogstore, queryList } = configuration;
  const queried = Array.isArray(queryList)
    ? queryList.filter(isObject).map(({ store, logStore }) => store || logStore)
    : [];
  return [logstore, sourceLogstore, ...queried];
}

function list(context: SlsContext, kind: JobKind): object {
  const { jobType, logstore, jobName = "", displayName = "", resourceProvider } = context.query;
  const found = [...projectOf(context).jobs.values()].filter((job) => {
    const { name, displayName: shown = "", configuration } = job.body;
    return (
      isOfKind(kind, job.type, configuration) &&
      (jobType === undefined || job.type === jobType) &&
      (logstore === undefined || logstoresOf(job).includes(logstore)) &&
      String(name).includes(jobName) &&
      String(shown).includes(displayName) &&
      (resourceProvider === undefined || (isObject(configuration) && configuration["dashboard"] === resourceProvider))
    );
  });
  const { items, ...counts } = page(context, found, 100);
  return { ...counts, results: items.map(describe) };
}

const operationsOf = (kind: JobKind): readonly Operation[] => {
  const { noun, path } = kind;
  const scope = "project";
  const one = `${path}/{name}`;
  return [
    { name: `Create${noun}`, method: "POST", path, scope, handle: (context) => create(context, kind) },
    { name: kind.list, method: "GET", path, scope, handle: (context) => ({ json: list(context, kind) }) },
    {
      name: `Get${noun}`,
      method: "GET",
      path: one,
      scope,
      handle: (context) => ({ json: describe(jobOf(context, kind)) }),
    },
    { name: `Update${noun}`, method: "PUT", path: one, scope, handle: (context) => update(context, kind) },
    {
      name: `Delete${noun}`,
      method: "DELETE",
      path: one,
      scope,
      handle: (context) => {
        projectOf(context).jobs.delete(String(jobOf(context, kind).body["name"]));
        return {};
      },
    },
  ];
};

export const jobOperations: readonly Operation[] = [
  ...jobKinds.flatMap(operationsOf),
  {
    name: "ListJobInstances",
    method: "GET",
    path: "/jobs/{name}/jobinstances",
    scope: "project",
    // Jobs do not run here: none has ever had an instance.
    handle: (context) => {
      jobOf(context, jobKinds[0] as JobKind);
      return { json: { count: 0, total: 0, results: [] } };
    },
  },
];
