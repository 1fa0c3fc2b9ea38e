/** External stores, for joins in SQL: kept, not reached. Source: SLS API reference, CreateExternalStore. */
import { objectField, textField, type Json } from "../sls/fields";
import type { Operation } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { keptOperations } from "./kept";

const types = ["rds-vpc", "oss", "csv", "postgresql"];
/** Taken, and never told. Clients index `accesskey`. */
const secrets = ["password", "accesskey"];

function shown(parameter: Json): Json {
  return Object.fromEntries(
    Object.entries(parameter).map(([name, value]) => [name, secrets.includes(name) ? "" : value]),
  );
}

export const externalStoreOperations: readonly Operation[] = keptOperations({
  noun: "ExternalStore",
  list: "ListExternalStore",
  path: "externalstores",
  nameField: "externalStoreName",
  scope: "project",
  maximum: 100,
  problem(body) {
    objectField(body, "parameter", parameterInvalid);
    const type = textField(body, "storeType", parameterInvalid);
    return types.includes(type) ? undefined : `storeType must be one of ${types.join(", ")}, got ${type}`;
  },
  describe: ({ body }) => ({ ...body, parameter: shown(objectField(body, "parameter", parameterInvalid)) }),
});
