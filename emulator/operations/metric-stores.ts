/** Metric stores: logstores of `telemetryType` Metrics under a path and a spelling of their own. Source: SLS API reference, CreateMetricStore. */
import { textField, type Json } from "../sls/fields";
import { jsonBody, logstoreOf, page, projectOf, type Operation, type SlsContext } from "../sls/context";
import { logStoreNotExist, parameterInvalid } from "../sls/service-error";
import type { Logstore } from "../store/logstore";
import { createLogstore, isMetricStore, removeLogstore, updateLogstore } from "./logstores";

function metricStoreOf(context: SlsContext): Logstore {
  const store = logstoreOf(context);
  if (!isMetricStore(store.body)) throw logStoreNotExist(store.body.logstoreName);
  return store;
}

function asLogstore({ name, metricType: _, ...given }: Json): Record<string, unknown> {
  return { ...given, ...(name === undefined ? {} : { logstoreName: name }), telemetryType: "Metrics" };
}

function create(context: SlsContext): object {
  const given = jsonBody(context);
  const type = textField(given, "metricType", parameterInvalid, "prometheus");
  if (type !== "prometheus") throw parameterInvalid(`metricType must be prometheus, got ${type}`);
  return createLogstore(context, asLogstore(given));
}

function describe({ body, createTime, lastModifyTime }: Logstore): object {
  const { logstoreName: name, telemetryType: _t, encrypt_conf: _e, processorId: _p, enableModify: _m, ...rest } = body;
  return { name, ...rest, metricType: "prometheus", createTime, lastModifyTime };
}

function list(context: SlsContext): object {
  const { name = "", mode } = context.query;
  const found = [...projectOf(context).logstores.values()]
    .map(({ body }) => body)
    .filter((body) => isMetricStore(body) && body.logstoreName.includes(name))
    .filter((body) => mode === undefined || body.mode === mode);
  const { items, ...counts } = page(context, found, 200);
  return { ...counts, metricstores: items.map(({ logstoreName }) => logstoreName) };
}

const all = "/metricstores";
const one = `${all}/{logstore}`;

export const metricStoreOperations: readonly Operation[] = [
  { name: "CreateMetricStore", method: "POST", path: all, handle: create },
  { name: "ListMetricStores", method: "GET", path: all, handle: (context) => ({ json: list(context) }) },
  {
    name: "GetMetricStore",
    method: "GET",
    path: one,
    handle: (context) => ({ json: describe(metricStoreOf(context)) }),
  },
  {
    name: "UpdateMetricStore",
    method: "PUT",
    path: one,
    handle: (context) => {
      metricStoreOf(context);
      return updateLogstore(context, asLogstore(jsonBody(context)));
    },
  },
  {
    name: "DeleteMetricStore",
    method: "DELETE",
    path: one,
    handle: (context) => {
      metricStoreOf(context);
      return removeLogstore(context);
    },
  },
];
