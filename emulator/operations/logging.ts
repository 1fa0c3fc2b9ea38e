/** Where a project's own service logs go: kept; the local cloud writes none. Source: SLS API reference, CreateLogging. */
import { isObject, listField, textField, type Json } from "../sls/fields";
import { jsonBody, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, projectNotExist, ServiceError } from "../sls/service-error";
import { shelfOf, type KeptOne } from "./kept";

const path = "/logging";
const scope = "project";
const shelf = (context: SlsContext): Map<string, KeptOne> => shelfOf(context, { path: "logging", scope });

function read(context: SlsContext): Json {
  const given = jsonBody(context);
  const loggingProject = textField(given, "loggingProject", parameterInvalid);
  if (!context.store.projects.has(loggingProject)) throw projectNotExist(loggingProject);
  const loggingDetails = listField(given, "loggingDetails", parameterInvalid).map((one) => {
    if (!isObject(one)) throw parameterInvalid("loggingDetails must be a list of objects with type and logstore");
    return { type: textField(one, "type", parameterInvalid), logstore: textField(one, "logstore", parameterInvalid) };
  });
  return { loggingProject, loggingDetails };
}

function loggingOf(context: SlsContext): KeptOne {
  const one = shelf(context).get("");
  if (one !== undefined) return one;
  throw new ServiceError(404, "LoggingNotExist", `logging of ${context.projectName} does not exist`);
}

export const loggingOperations: readonly Operation[] = [
  {
    name: "CreateLogging",
    method: "POST",
    path,
    scope,
    handle: (context) => {
      if (shelf(context).has("")) {
        throw new ServiceError(400, "LoggingAlreadyExist", `logging of ${context.projectName} already exists`);
      }
      const seconds = unixSeconds(context.now);
      shelf(context).set("", { body: read(context), createTime: seconds, lastModifyTime: seconds });
      return {};
    },
  },
  { name: "GetLogging", method: "GET", path, scope, handle: (context) => ({ json: loggingOf(context).body }) },
  {
    name: "UpdateLogging",
    method: "PUT",
    path,
    scope,
    handle: (context) => {
      const one = loggingOf(context);
      one.body = read(context);
      one.lastModifyTime = unixSeconds(context.now);
      return {};
    },
  },
  {
    name: "DeleteLogging",
    method: "DELETE",
    path,
    scope,
    handle: (context) => {
      loggingOf(context);
      shelf(context).clear();
      return {};
    },
  },
];
