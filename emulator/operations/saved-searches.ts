/** Saved searches. Source: SLS API reference, CreateSavedSearch. */
import { textField } from "../sls/fields";
import type { Operation } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { keptOperations } from "./kept";

export const savedSearchOperations: readonly Operation[] = keptOperations({
  noun: "SavedSearch",
  list: "ListSavedSearch",
  path: "savedsearches",
  nameField: "savedsearchName",
  scope: "project",
  maximum: 100,
  problem(body) {
    for (const name of ["displayName", "topic"]) textField(body, name, parameterInvalid);
    const missing = ["logstore", "searchQuery"].find((name) => textField(body, name, parameterInvalid) === "");
    return missing === undefined ? undefined : `${missing} must be given`;
  },
  describe: ({ body }) => ({ topic: "", displayName: "", ...body }),
  listed: (found) => ({
    savedsearches: found.map(({ body }) => body["savedsearchName"]),
    savedsearchItems: found.map(({ body: { savedsearchName, displayName = "" } }) => ({
      savedsearchName,
      displayName,
    })),
  }),
});
