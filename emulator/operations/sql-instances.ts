/** The project's exclusive SQL instance: its size is kept. Source: SLS API reference, CreateSqlInstance. */
import { jsonBody, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import { shelfOf, type KeptOne } from "./kept";

const path = "/sqlinstance";
const scope = "project";
const shelf = (context: SlsContext): Map<string, KeptOne> => shelfOf(context, { path: "sqlinstance", scope });

function keep(context: SlsContext): object {
  const { cu, useAsDefault } = jsonBody(context);
  if (typeof cu !== "number" || !Number.isInteger(cu) || cu < 1 || cu > 1000) {
    throw parameterInvalid(`cu must be a whole number from 1 to 1000, got ${JSON.stringify(cu)}`);
  }
  const seconds = unixSeconds(context.now);
  const createTime = shelf(context).get("")?.createTime ?? seconds;
  shelf(context).set("", { body: { cu, useAsDefault: useAsDefault === true }, createTime, lastModifyTime: seconds });
  return {};
}

function describe(context: SlsContext): readonly object[] {
  return [...shelf(context).values()].map(({ body, createTime, lastModifyTime }) => ({
    name: context.projectName,
    ...body,
    createTime,
    updateTime: lastModifyTime,
  }));
}

export const sqlInstanceOperations: readonly Operation[] = [
  { name: "CreateSqlInstance", method: "POST", path, scope, handle: keep },
  { name: "GetSqlInstance", method: "GET", path, scope, handle: (context) => ({ json: describe(context) }) },
  {
    name: "UpdateSqlInstance",
    method: "PUT",
    path,
    scope,
    handle: (context) => {
      if (shelf(context).size > 0) return keep(context);
      throw new ServiceError(404, "SqlInstanceNotExist", `SQL instance of ${context.projectName} does not exist`);
    },
  },
];
