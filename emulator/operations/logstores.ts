import {
  maxSplitShardProblem,
  retentionProblem,
  shardCountProblem,
  type LogStoreBody,
} from "../../sls/model/log-store";
import { logstoreNameProblem } from "../../sls/model/names";
import { isObject, textField } from "../sls/fields";
import { jsonBody, logstoreOf, page, projectOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import { Logstore } from "../store/logstore";

const infoInvalid = (message: string): ServiceError => new ServiceError(400, "LogStoreInfoInvalid", message);
const invalidQuery = (message: string): ServiceError => new ServiceError(400, "InvalidLogStoreQuery", message);
/** The service takes a path with a name that can be none for no path of its own. */
function checkName({ method, path }: { readonly method: string; readonly path: SlsContext["path"] }): void {
  const name = path["logstore"] ?? "";
  if (logstoreNameProblem(name) === undefined) return;
  throw new ServiceError(405, "InvalidMethod", `${method} /logstores/${name}: the name is not valid`);
}
const maxLogstores = 200;
/** Of a project, in all its logstores. */
export const maxShards = 400;

/** What is kept of a request: the fields that the service knows. Unknown ones are ignored, as many clients send zero values. */
function read(body: Record<string, unknown>): LogStoreBody {
  const flag = (name: string): boolean => body[name] === true;
  const count = (name: string): number | undefined =>
    typeof body[name] === "number" && body[name] > 0 ? body[name] : undefined;
  const autoSplit = flag("autoSplit");
  const maxSplitShard = count("maxSplitShard");
  const wanted: LogStoreBody = {
    logstoreName: textField(body, "logstoreName", infoInvalid),
    ttl: Number(body["ttl"] ?? 30),
    shardCount: Number(body["shardCount"] ?? 2),
    enable_tracking: flag("enable_tracking"),
    appendMeta: flag("appendMeta"),
    autoSplit,
    maxSplitShard: maxSplitShard ?? 0,
    telemetryType: textField(body, "telemetryType", infoInvalid),
    mode: modeOf(textField(body, "mode", infoInvalid)),
    enableModify: flag("enableModify"),
  };
  const processorId = textField(body, "processorId", infoInvalid);
  if (processorId !== "") wanted.processorId = processorId;
  const hot = count("hot_ttl");
  const cold = count("infrequentAccessTTL");
  if (hot !== undefined) wanted.hot_ttl = hot;
  if (cold !== undefined) wanted.infrequentAccessTTL = cold;
  const encryption = encryptionOf(body["encrypt_conf"]);
  if (encryption !== undefined) wanted.encrypt_conf = encryption;
  const problems = [
    logstoreNameProblem(wanted.logstoreName) && `logstore name ${wanted.logstoreName} is invalid`,
    retentionProblem(wanted.ttl) && `ttl must be within range [1, 3650], got ${wanted.ttl}`,
    shardCountProblem(wanted.shardCount),
    autoSplit ? maxSplitShardProblem(maxSplitShard ?? 0) && "maxSplitShard must be within range [1, 256]" : undefined,
    hot !== undefined && hot < 7 ? "hot_ttl must be at least 7" : undefined,
    cold !== undefined && cold < 30 ? "infrequentAccessTTL must large than 30" : undefined,
  ];
  const problem = problems.find((one) => one);
  if (problem) throw infoInvalid(problem);
  return wanted;
}

/** Undefined: not given. `m4` is the service's name of the cipher SM4. */
function encryptionOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw infoInvalid("encrypt_conf must be an object");
  const type = textField(value, "encrypt_type", infoInvalid);
  if (value["enable"] === true && type !== "default" && type !== "m4") {
    throw infoInvalid(`encrypt_conf: encrypt_type must be default or m4, got ${type}`);
  }
  return value;
}

function modeOf(mode: string): NonNullable<LogStoreBody["mode"]> {
  if (mode === "") return "standard";
  if (mode === "standard" || mode === "query" || mode === "lite") return mode;
  throw infoInvalid(`mode must be standard, query or lite, got ${mode}`);
}

export function createLogstore(context: SlsContext, given: Record<string, unknown>): object {
  const project = projectOf(context);
  const body = read(given);
  const name = body.logstoreName;
  if (project.logstores.has(name))
    throw new ServiceError(400, "LogStoreAlreadyExist", `logstore ${name} already exists`);
  if (project.logstores.size >= maxLogstores)
    throw new ServiceError(400, "ProjectQuotaExceed", `logstore count exceeds ${maxLogstores}`);
  const shards = [...project.logstores.values()].reduce((sum, logstore) => sum + logstore.shards.length, 0);
  if (shards + body.shardCount > maxShards)
    throw new ServiceError(400, "ProjectQuotaExceed", `shard count exceeds ${maxShards}`);
  project.logstores.set(name, Logstore.create(context.store.storage, body, unixSeconds(context.now)));
  return {};
}

function describe(logstore: Logstore): object {
  const { createTime, lastModifyTime, body } = logstore;
  return { enableModify: false, ...body, createTime, lastModifyTime, productType: "" };
}

export function updateLogstore(context: SlsContext, body: Record<string, unknown>): object {
  const logstore = logstoreOf(context);
  const current = logstore.body;
  const wanted = read({ ...current, ...body, logstoreName: current.logstoreName });
  if (typeof body["shardCount"] === "number" && body["shardCount"] > 0 && body["shardCount"] !== current.shardCount) {
    throw parameterInvalid("invalid shard count,you can only modify shardCount by split& merge shard.");
  }
  if (logstore.meteringMode === "ChargeByDataIngest" && wanted.mode !== current.mode) {
    throw new ServiceError(400, "NotSupported", "mode cannot be changed with meteringMode ChargeByDataIngest");
  }
  logstore.body = { ...wanted, shardCount: current.shardCount };
  logstore.lastModifyTime = unixSeconds(context.now);
  return {};
}

export const isMetricStore = ({ telemetryType }: LogStoreBody): boolean => telemetryType === "Metrics";

export function removeLogstore(context: SlsContext): object {
  const logstore = logstoreOf(context);
  logstore.remove();
  projectOf(context).logstores.delete(logstore.body.logstoreName);
  return {};
}

function list(context: SlsContext): object {
  const { logstoreName = "", telemetryType, mode } = context.query;
  if (telemetryType !== undefined && telemetryType !== "None" && telemetryType !== "Metrics") {
    throw invalidQuery(`telemetryType must be None or Metrics, got ${telemetryType}`);
  }
  if (mode !== undefined && mode !== "standard" && mode !== "query" && mode !== "lite") {
    throw invalidQuery(`mode must be standard, query or lite, got ${mode}`);
  }
  const matching = [...projectOf(context).logstores.values()]
    .map(({ body }) => body)
    .filter((body) => body.logstoreName.includes(logstoreName))
    .filter((body) => telemetryType === undefined || (telemetryType === "Metrics") === isMetricStore(body))
    .filter((body) => mode === undefined || body.mode === mode);
  const { items, ...counts } = page(context, matching, 200);
  return { ...counts, logstores: items.map((body) => body.logstoreName) };
}

export const logstoreOperations: readonly Operation[] = [
  {
    name: "CreateLogStore",
    method: "POST",
    path: "/logstores",
    handle: (context) => createLogstore(context, jsonBody(context)),
  },
  { name: "ListLogStores", method: "GET", path: "/logstores", handle: (context) => ({ json: list(context) }) },
  {
    name: "GetLogStore",
    method: "GET",
    path: "/logstores/{logstore}",
    type: [""],
    handle: (context) => {
      checkName({ ...context, method: "GET" });
      return { json: describe(logstoreOf(context)) };
    },
  },
  {
    name: "UpdateLogStore",
    method: "PUT",
    path: "/logstores/{logstore}",
    handle: (context) => updateLogstore(context, jsonBody(context)),
  },
  {
    name: "DeleteLogStore",
    method: "DELETE",
    path: "/logstores/{logstore}",
    handle: (context) => {
      checkName({ ...context, method: "DELETE" });
      return removeLogstore(context);
    },
  },
];
