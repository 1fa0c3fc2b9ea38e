import { logtailConfigProblems, type FoundLogtailConfig, type LogtailConfigBody } from "../../sls/model/logtail-config";
import { objectField, textField } from "../sls/fields";
import { jsonBody, page, projectOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { configNotExist, logStoreNotExist, ServiceError } from "../sls/service-error";
import type { Stored } from "../store/store";

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

function configOf(context: SlsContext): Stored<FoundLogtailConfig> {
  const name = context.path["config"] ?? "";
  const config = projectOf(context).configs.get(name);
  if (config === undefined) throw configNotExist(name);
  return config;
}

function create(context: SlsContext): object {
  const configs = projectOf(context).configs;
  const body = read(context);
  if (configs.has(body.configName))
    throw new ServiceError(400, "ConfigAlreadyExist", `config ${body.configName} already exists`);
  if (configs.size >= maxConfigs) throw new ServiceError(400, "ProjectQuotaExceed", "config count exceeds 200");
  const seconds = unixSeconds(context.now);
  configs.set(body.configName, { body, createTime: seconds, lastModifyTime: seconds });
  return {};
}

function update(context: SlsContext): object {
  const config = configOf(context);
  const body = read(context);
  const { configName } = config.body;
  if (body.configName !== configName) {
    throw new ServiceError(400, "BadRequest", `configName ${body.configName} is not the ${configName} of the path`);
  }
  config.body = body;
  // Clients compare it to see that somebody changed the config: it must grow even within one second.
  config.lastModifyTime = Math.max(unixSeconds(context.now), config.lastModifyTime + 1);
  return {};
}

function describe(context: SlsContext): object {
  const { body, createTime, lastModifyTime } = configOf(context);
  const outputDetail = { endpoint: `${context.region}-intranet.log.aliyuncs.com`, ...body.outputDetail };
  return { ...body, outputDetail, createTime, lastModifyTime };
}

export const configOperations: readonly Operation[] = [
  { name: "CreateConfig", method: "POST", path: "/configs", handle: create },
  {
    name: "ListConfig",
    method: "GET",
    path: "/configs",
    handle: (context) => {
      const { logstoreName, configName = "" } = context.query;
      if (logstoreName !== undefined && !projectOf(context).logstores.has(logstoreName)) {
        throw logStoreNotExist(logstoreName);
      }
      const names = [...projectOf(context).configs.values()]
        .filter(({ body }) => body.configName.includes(configName))
        .filter(({ body }) => logstoreName === undefined || body.outputDetail.logstoreName === logstoreName)
        .map(({ body }) => body.configName);
      const { items, ...counts } = page(context, names);
      return { json: { ...counts, configs: items } };
    },
  },
  { name: "GetConfig", method: "GET", path: "/configs/{config}", handle: (context) => ({ json: describe(context) }) },
  { name: "UpdateConfig", method: "PUT", path: "/configs/{config}", handle: update },
  {
    name: "DeleteConfig",
    method: "DELETE",
    path: "/configs/{config}",
    handle: (context) => {
      const project = projectOf(context);
      const { configName } = configOf(context).body;
      project.configs.delete(configName);
      project.tags.delete(`logtailconfig#${project.name}#${configName}`);
      for (const names of project.applied.values()) names.delete(configName);
      return {};
    },
  },
  {
    name: "GetAppliedMachineGroups",
    method: "GET",
    path: "/configs/{config}/machinegroups",
    handle: (context) => {
      const { configName } = configOf(context).body;
      const groups = [...projectOf(context).applied]
        .filter(([, names]) => names.has(configName))
        .map(([group]) => group);
      return { json: { count: groups.length, machinegroups: groups } };
    },
  },
];
