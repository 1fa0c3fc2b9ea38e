import type { Cloud } from "../cloud";
import { isGone } from "../errors";
import { changes, idParts, isJson, type ResourceKind } from "../kind";
import { sameJson } from "../json-text";
import type { Json } from "../shape";
import { textOf, type ValueMap } from "../values";
import { untilGone } from "../wait";

const idForm = "resource:record";
const gone = ["ResourceNotExist", "ResourceRecordNotExist"];

const place = (id: string): { resource: string; record: string; all: string } => {
  const [resource = "", record = ""] = idParts(id, idForm);
  return { resource, record, all: `/resources/${resource}/records` };
};
const bodyOf = (planned: ValueMap, id: string): Json => ({
  id,
  tag: textOf(planned["tag"]),
  value: textOf(planned["value"]),
});

async function find(cloud: Cloud, id: string): Promise<Json | undefined> {
  const { all, record } = place(id);
  try {
    return await cloud.sls({ call: "GetResourceRecord", method: "GET", path: `${all}/${record}` });
  } catch (error) {
    if (isGone(error, ...gone)) return undefined;
    throw error;
  }
}

export const logResourceRecord: ResourceKind = {
  type: "alicloud_log_resource_record",
  idForm,
  forceNew: ["record_id"],
  checks: [isJson("value", "object")],
  unchanged: { value: sameJson },

  async create(cloud, planned) {
    const id = `${textOf(planned["resource_name"])}:${textOf(planned["record_id"])}`;
    const { all, record } = place(id);
    await cloud.sls({ call: "CreateResourceRecord", method: "POST", path: all, body: bodyOf(planned, record) });
    return id;
  },

  async update(cloud, id, planned, prior) {
    if (prior === undefined || !["tag", "value", "resource_name"].some((name) => changes(name, planned, prior))) return;
    const { all, record } = place(id);
    const where = { path: `${all}/${record}`, body: bodyOf(planned, record) };
    await cloud.sls({ call: "UpdateResourceRecord", method: "PUT", ...where });
  },

  async read(cloud, id) {
    const found = await find(cloud, id);
    if (found === undefined) return undefined;
    const { resource, record } = place(id);
    return {
      resource_name: resource,
      record_id: record,
      tag: textOf(found["tag"] as string),
      value: textOf(found["value"] as string),
    };
  },

  async remove(cloud, id) {
    const { all, record } = place(id);
    try {
      await cloud.sls({ call: "DeleteResourceRecord", method: "DELETE", path: all, query: { ids: record } });
    } catch (error) {
      if (isGone(error, ...gone)) return;
      throw error;
    }
    await untilGone("DeleteResourceRecord", () => find(cloud, id));
  },
};
