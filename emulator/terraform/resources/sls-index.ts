import type { Cloud } from "../cloud";
import { isGone } from "../errors";
import { changes, idParts, isJson, type ResourceKind } from "../kind";
import { sameJson } from "../json-text";
import { block, field, fields, fromJson, jsonText, toJson, type Json, type Shape } from "../shape";
import { textOf } from "../values";

const idForm = "project:logstore";
const place = (id: string): { project: string; path: string } => {
  const [project = "", logstore = ""] = idParts(id, idForm);
  return { project, path: `/logstores/${logstore}/index` };
};

/** Some of the members are not in camel case. */
const own = (...names: readonly string[]): Shape => Object.fromEntries(names.map((name) => [name, field(name)]));

const shape: Shape = {
  keys: jsonText("keys"),
  ...own("log_reduce", "max_text_len", "log_reduce_black_list", "log_reduce_white_list"),
  line: block("line", { ...fields("chn", "case_sensitive", "token"), ...own("include_keys", "exclude_keys") }),
};

async function find(cloud: Cloud, id: string): Promise<Json | undefined> {
  try {
    return await cloud.sls({ call: "GetIndex", method: "GET", ...place(id) });
  } catch (error) {
    if (isGone(error, "ProjectNotExist", "LogStoreNotExist", "IndexConfigNotExist")) return undefined;
    throw error;
  }
}

export const slsIndex: ResourceKind = {
  type: "alicloud_sls_index",
  idForm,
  forceNew: ["logstore_name", "project_name"],
  checks: [isJson("keys", "object")],
  unchanged: { keys: sameJson },

  async create(cloud, planned) {
    const id = `${textOf(planned["project_name"])}:${textOf(planned["logstore_name"])}`;
    await cloud.sls({ call: "CreateIndex", method: "POST", ...place(id), body: toJson(planned, shape) });
    return id;
  },

  async update(cloud, id, planned, prior) {
    if (prior === undefined || !Object.keys(shape).some((name) => changes(name, planned, prior))) return;
    await cloud.sls({ call: "UpdateIndex", method: "PUT", ...place(id), body: toJson(planned, shape) });
  },

  async read(cloud, id) {
    const found = await find(cloud, id);
    if (found === undefined) return undefined;
    const [project_name = "", logstore_name = ""] = idParts(id, idForm);
    return { ...fromJson(found, shape), project_name, logstore_name };
  },

  async remove(cloud, id) {
    if ((await find(cloud, id)) === undefined) return;
    await cloud.sls({ call: "DeleteIndex", method: "DELETE", ...place(id) });
  },
};
