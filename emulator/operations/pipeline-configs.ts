/** Logtail configs in the newer form; the older one is shown as such where it can be. Source: SLS API reference, CreateLogtailPipelineConfig. */
import {
  pipelineProblems,
  logstoreOfPipeline,
  type PipelineConfigBody,
  type PipelinePlugin,
} from "../../sls/model/logtail-pipeline";
import { toPipeline } from "../pipeline/to-pipeline";
import { isObject, listField, objectField, textField, type Json } from "../sls/fields";
import { jsonBody, projectOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { configNotExist, logStoreNotExist, ServiceError } from "../sls/service-error";
import type { Stored } from "../store/store";
import { checkNewConfig, configNames, converted, laterThan, removeConfig } from "./configs";

const invalid = (why: string): ServiceError =>
  new ServiceError(400, "InvalidParameter", `invalid pipeline config resource json: ${why}`);

function plugins(body: Json, name: string): PipelinePlugin[] {
  return listField(body, name, invalid).map((plugin) => {
    if (isObject(plugin) && typeof plugin["Type"] === "string") return plugin as PipelinePlugin;
    throw invalid(`${name} must be a list of objects with Type`);
  });
}

function read(context: SlsContext): PipelineConfigBody {
  const body = jsonBody(context);
  const logSample = textField(body, "logSample", invalid);
  const config: PipelineConfigBody = {
    configName: textField(body, "configName", invalid),
    ...(logSample === "" ? {} : { logSample }),
    global: objectField(body, "global", invalid),
    inputs: plugins(body, "inputs"),
    processors: plugins(body, "processors"),
    aggregators: plugins(body, "aggregators"),
    flushers: plugins(body, "flushers"),
    task: objectField(body, "task", invalid),
  };
  const [problem] = pipelineProblems(config);
  if (problem !== undefined) throw invalid(problem);
  const logstore = logstoreOfPipeline(config);
  if (!projectOf(context).logstores.has(logstore)) throw logStoreNotExist(logstore);
  return config;
}

function create(context: SlsContext): object {
  const body = read(context);
  checkNewConfig(context, body.configName);
  const seconds = unixSeconds(context.now);
  const times = { createTime: seconds, lastModifyTime: seconds };
  projectOf(context).pipelines.set(body.configName, { body, ...times });
  return {};
}

function flusherOf({ region }: SlsContext): Json {
  return { Endpoint: `${region}-intranet.log.aliyuncs.com`, Region: region, TelemetryType: "logs" };
}

function pipelineOf(context: SlsContext): Stored<PipelineConfigBody> {
  const name = context.path["config"] ?? "";
  const { configs, pipelines } = projectOf(context);
  const pipeline = pipelines.get(name);
  if (pipeline !== undefined) return pipeline;
  const config = configs.get(name);
  if (config === undefined) throw configNotExist(name);
  return converted(() => ({ ...config, body: toPipeline(config.body, flusherOf(context)) }));
}

/** A config of the older form that is written as a pipeline is one from then on. */
function update(context: SlsContext): object {
  const { configs, pipelines } = projectOf(context);
  const name = context.path["config"] ?? "";
  const former = pipelines.get(name) ?? configs.get(name);
  if (former === undefined) throw configNotExist(name);
  const body = read(context);
  if (body.configName !== name) {
    throw new ServiceError(400, "BadRequest", `configName ${body.configName} is not the ${name} of the path`);
  }
  const { createTime, lastModifyTime } = former;
  configs.delete(name);
  pipelines.set(name, { body, createTime, lastModifyTime: laterThan(lastModifyTime, context) });
  return {};
}

/** As it came: what was left out stays so, for a plan of Terraform would see a change in it. */
function describe(context: SlsContext): object {
  const { body, createTime, lastModifyTime } = pipelineOf(context);
  const { configName, inputs, flushers, logSample, ...rest } = body;
  const given = Object.entries(rest).filter(([, value]) => Object.keys(value).length > 0);
  return {
    configName,
    ...(logSample === undefined ? {} : { logSample }),
    inputs,
    flushers,
    ...Object.fromEntries(given),
    createTime,
    lastModifyTime,
  };
}

const [all, one] = ["/pipelineconfigs", "/pipelineconfigs/{config}"];

export const pipelineConfigOperations: readonly Operation[] = [
  { name: "CreateLogtailPipelineConfig", method: "POST", path: all, handle: create },
  {
    name: "ListLogtailPipelineConfig",
    method: "GET",
    path: all,
    handle: (context) => ({ json: configNames(context) }),
  },
  { name: "GetLogtailPipelineConfig", method: "GET", path: one, handle: (context) => ({ json: describe(context) }) },
  { name: "UpdateLogtailPipelineConfig", method: "PUT", path: one, handle: update },
  { name: "DeleteLogtailPipelineConfig", method: "DELETE", path: one, handle: removeConfig },
];
