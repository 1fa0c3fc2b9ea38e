/** Store views: several stores under one name, kept and not queried. Source: SLS API reference, CreateStoreView. */
import { isObject, listField, textField, type Json } from "../sls/fields";
import type { Operation } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { keptOperations } from "./kept";

const isStore = (store: unknown): store is Json =>
  isObject(store) && typeof store["project"] === "string" && typeof store["storeName"] === "string";

export const storeViewOperations: readonly Operation[] = keptOperations({
  noun: "StoreView",
  list: "ListStoreViews",
  path: "storeviews",
  nameField: "name",
  scope: "project",
  maximum: 100,
  problem(body) {
    const type = textField(body, "storeType", parameterInvalid);
    if (type !== "logstore" && type !== "metricstore") return `storeType must be logstore or metricstore, got ${type}`;
    const stores = listField(body, "stores", parameterInvalid);
    return stores.length > 0 && stores.every(isStore)
      ? undefined
      : "stores must be a list of objects with project and storeName";
  },
  matches: (body, { name = "", storeType }) =>
    String(body["name"]).includes(name) && (storeType === undefined || body["storeType"] === storeType),
});
