/** Settings of agents by type and attributes of the machine: kept, and taken by no agent. Source: SLS API reference, CreateAgentInstanceConfig. */
import { byText } from "../../sls/wire/request";
import { jsonParameter, listField, objectField, textField, type Json } from "../sls/fields";
import { jsonBody, page, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { alreadyExist, looseNameProblem, notExist, shelfOf, type KeptOne } from "./kept";

const noun = "AgentInstanceConfig";
const shelf = (context: SlsContext): Map<string, KeptOne> =>
  shelfOf(context, { path: "agentinstanceconfigs", scope: "account" });

/** A type may be there once for each set of attributes. */
function keyOf(type: string, attributes: Json): string {
  const sorted = Object.entries(attributes).sort(([a], [b]) => byText(a, b));
  return `${type} ${JSON.stringify(sorted)}`;
}

function askedKey(context: SlsContext): string {
  const given = jsonParameter(context.query, "attributes", parameterInvalid);
  return keyOf(context.path["type"] ?? "", objectField(given, "attributes", parameterInvalid));
}

function read(given: Json): Json {
  textField(given, "config", parameterInvalid);
  listField(given, "grayConfigs", parameterInvalid);
  const { config = "", grayConfigs = [] } = given;
  return { config, grayConfigs };
}

function configOf(context: SlsContext): KeptOne {
  const one = shelf(context).get(askedKey(context));
  if (one === undefined) throw notExist(noun, context.path["type"] ?? "");
  return one;
}

function create(context: SlsContext): object {
  const given = jsonBody(context);
  const configType = textField(given, "configType", parameterInvalid);
  const problem = looseNameProblem("configType", configType);
  if (problem !== undefined) throw parameterInvalid(problem);
  const attributes = objectField(given, "attributes", parameterInvalid);
  const key = keyOf(configType, attributes);
  if (shelf(context).has(key)) throw alreadyExist(noun, configType);
  const seconds = unixSeconds(context.now);
  const body = { configType, attributes, ...read(given) };
  shelf(context).set(key, { body, createTime: seconds, lastModifyTime: seconds });
  return {};
}

function list(context: SlsContext): object {
  const { configType } = context.query;
  const found = [...shelf(context).values()].filter(
    ({ body }) => configType === undefined || body["configType"] === configType,
  );
  const { items, total } = page(context, found, 100);
  const configs = items.map(({ body }) => ({ configType: body["configType"], attributes: body["attributes"] }));
  return { size: configs.length, total, configs };
}

const [all, one] = ["/agentinstanceconfigs", "/agentinstanceconfigs/{type}"];

export const agentInstanceConfigOperations: readonly Operation[] = [
  { name: "CreateAgentInstanceConfig", method: "POST", path: all, handle: create },
  { name: "ListAgentInstanceConfigs", method: "GET", path: all, handle: (context) => ({ json: list(context) }) },
  {
    name: "GetAgentInstanceConfig",
    method: "GET",
    path: one,
    handle: (context) => {
      const { body, createTime, lastModifyTime } = configOf(context);
      return { json: { ...body, createTime, lastModifyTime } };
    },
  },
  {
    name: "UpdateAgentInstanceConfig",
    method: "PUT",
    path: one,
    handle: (context) => {
      const found = configOf(context);
      found.body = { ...found.body, ...read(jsonBody(context)) };
      found.lastModifyTime = unixSeconds(context.now);
      return {};
    },
  },
  {
    name: "DeleteAgentInstanceConfig",
    method: "DELETE",
    path: one,
    handle: (context) => {
      configOf(context);
      shelf(context).delete(askedKey(context));
      return {};
    },
  },
];
