import { logtailConfigProblems, type FoundLogtailConfig, type LogtailConfigBody } from "../../sls/model/logtail-config";
import { logstoreOfPipeline } from "../../sls/model/logtail-pipeline";
import { objectField, textField } from "../sls/fields";
import { jsonBody, page, projectOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { configNotExist, logStoreNotExist, ServiceError } from "../sls/service-error";
import { hasConfig, type Stored } from "../store/store";
import { toConfig } from "../pipeline/to-config";
import { Unconvertable } from "../pipeline/unconvertable";

const invalid = (why: string): ServiceError =>
  new ServiceError(400, "InvalidParameter", `invalid config resource json: ${why}`);
const maxConfigs = 200;

/** The request's fields as they came; the times are the server's, and an empty sample is none. */
function read(context: SlsContext): LogtailConfigBody {
  const { createTime: _c, lastModifyTime: _m, logSample: _s, ...body } = jsonBody(context);
  const outputDetail = objectField(body, "outputDetail", invalid);
  const projectName = textField(outputDetail, "projectName", invalid);
  if (projectName !== "" && projectName !== context.projectName)
    throw invalid(`outputDetail.projectName is ${projectName}, the project of the request is ${context.projectName}`);
  const logSample = textField(jsonBody(context), "logSample", invalid);
  const config = {
    ...body,
    configName: textField(body, "configName", invalid),
    inputType: textField(body, "inputType", invalid),
    inputDetail: objectField(body, "inputDetail", invalid),
    outputType: textField(body, "outputType", invalid),
    outputDetail: { ...outputDetail, logstoreName: textField(outputDetail, "logstoreName", invalid) },
    ...(logSample === "" ? {} : { logSample }),
  } as LogtailConfigBody;
  const [problem] = logtailConfigProblems(config);
  if (problem !== undefined) throw invalid(problem);
  const { logstoreName } = config.outputDetail;
  if (!projectOf(context).logstores.has(logstoreName)) throw logStoreNotExist(logstoreName);
  return config;
}

/** A pipeline is shown as a config where it can be. */
function configOf(context: SlsContext): Stored<FoundLogtailConfig> {
  const name = context.path["config"] ?? "";
  const { configs, pipelines } = projectOf(context);
  const config = configs.get(name);
  if (config !== undefined) return config;
  const pipeline = pipelines.get(name);
  if (pipeline === undefined) throw configNotExist(name);
  return converted(() => ({ ...pipeline, body: toConfig(pipeline.body) }));
}

/** Throws what the service says of a config that has no counterpart in the other form. */
export function converted<T>(convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (error instanceof Unconvertable) throw new ServiceError(400, "ParameterInvalid", error.message);
    throw error;
  }
}

/** Names of a project's configs of both forms, with their logstores. */
export function configNames(context: SlsContext): object {
  const { logstoreName, configName = "" } = context.query;
  const { configs, pipelines, logstores } = projectOf(context);
  if (logstoreName !== undefined && !logstores.has(logstoreName)) throw logStoreNotExist(logstoreName);
  const all = [
    ...[...configs.values()].map(({ body }) => [body.configName, body.outputDetail.logstoreName]),
    ...[...pipelines.values()].map(({ body }) => [body.configName, logstoreOfPipeline(body)]),
  ] as const;
  const names = all
    .filter(([name = "", logstore]) => {
      return name.includes(configName) && (logstoreName === undefined || logstore === logstoreName);
    })
    .map(([name]) => name);
  const { items, ...counts } = page(context, names);
  return { ...counts, configs: items };
}

/** Throws where the name is taken, by either form, or the project has its number of configs. */
export function checkNewConfig(context: SlsContext, name: string): void {
  const project = projectOf(context);
  if (hasConfig(project, name)) throw new ServiceError(400, "ConfigAlreadyExist", `config ${name} already exists`);
  if (project.configs.size + project.pipelines.size >= maxConfigs) {
    throw new ServiceError(400, "ProjectQuotaExceed", `config count exceeds ${maxConfigs}`);
  }
}

/** Both forms: a config's and a pipeline's times. Clients compare them to see a change: they grow even within one second. */
export const laterThan = (before: number, context: SlsContext): number =>
  Math.max(unixSeconds(context.now), before + 1);

export function removeConfig(context: SlsContext): object {
  const project = projectOf(context);
  const name = context.path["config"] ?? "";
  if (!hasConfig(project, name)) throw configNotExist(name);
  project.configs.delete(name);
  project.pipelines.delete(name);
  project.tags.delete(`logtailconfig#${project.name}#${name}`);
  for (const names of project.applied.values()) names.delete(name);
  return {};
}

function create(context: SlsContext): object {
  const configs = projectOf(context).configs;
  const body = read(context);
  checkNewConfig(context, body.configName);
  const seconds = unixSeconds(context.now);
  configs.set(body.configName, { body, createTime: seconds, lastModifyTime: seconds });
  return {};
}

/** A pipeline that is written as a config is one from then on. */
function update(context: SlsContext): object {
  const { configs, pipelines } = projectOf(context);
  const configName = context.path["config"] ?? "";
  const former = configs.get(configName) ?? pipelines.get(configName);
  if (former === undefined) throw configNotExist(configName);
  const body = read(context);
  if (body.configName !== configName) {
    throw new ServiceError(400, "BadRequest", `configName ${body.configName} is not the ${configName} of the path`);
  }
  const { createTime, lastModifyTime } = former;
  pipelines.delete(configName);
  configs.set(configName, { body, createTime, lastModifyTime: laterThan(lastModifyTime, context) });
  return {};
}

function describe(context: SlsContext): object {
  const { body, createTime, lastModifyTime } = configOf(context);
  const outputDetail = { endpoint: `${context.region}-intranet.log.aliyuncs.com`, ...body.outputDetail };
  return { ...body, outputDetail, createTime, lastModifyTime };
}

export const configOperations: readonly Operation[] = [
  { name: "CreateConfig", method: "POST", path: "/configs", handle: create },
  { name: "ListConfig", method: "GET", path: "/configs", handle: (context) => ({ json: configNames(context) }) },
  { name: "GetConfig", method: "GET", path: "/configs/{config}", handle: (context) => ({ json: describe(context) }) },
  { name: "UpdateConfig", method: "PUT", path: "/configs/{config}", handle: update },
  { name: "DeleteConfig", method: "DELETE", path: "/configs/{config}", handle: removeConfig },
  {
    name: "GetAppliedMachineGroups",
    method: "GET",
    path: "/configs/{config}/machinegroups",
    handle: (context) => {
      const configName = context.path["config"] ?? "";
      if (!hasConfig(projectOf(context), configName)) throw configNotExist(configName);
      const groups = [...projectOf(context).applied]
        .filter(([, names]) => names.has(configName))
        .map(([group]) => group);
      return { json: { count: groups.length, machinegroups: groups } };
    },
  },
];
