import type { Cloud } from "../cloud";
import { isGone } from "../errors";
import { changes, isJson, type ResourceKind } from "../kind";
import { sameJson } from "../json-text";
import type { Json } from "../shape";
import { textOf, type ValueMap } from "../values";
import { untilGone } from "../wait";

/** Every member is sent, the empty ones too. */
const bodyOf = (planned: ValueMap): Json => ({
  name: textOf(planned["name"]),
  type: textOf(planned["type"]),
  schema: textOf(planned["schema"]),
  description: textOf(planned["description"]),
  extInfo: textOf(planned["ext_info"]),
});

async function find(cloud: Cloud, id: string): Promise<Json | undefined> {
  try {
    return await cloud.sls({ call: "GetResource", method: "GET", path: `/resources/${id}` });
  } catch (error) {
    if (isGone(error, "ResourceNotExist")) return undefined;
    throw error;
  }
}

export const logResource: ResourceKind = {
  type: "alicloud_log_resource",
  idForm: "name",
  forceNew: ["name"],
  checks: [isJson("schema", "object"), isJson("ext_info", "object")],
  unchanged: { schema: sameJson, ext_info: sameJson },

  async create(cloud, planned) {
    await cloud.sls({ call: "CreateResource", method: "POST", path: "/resources", body: bodyOf(planned) });
    return textOf(planned["name"]);
  },

  async update(cloud, id, planned, prior) {
    const names = ["type", "schema", "ext_info", "description"];
    if (prior === undefined || !names.some((name) => changes(name, planned, prior))) return;
    await cloud.sls({ call: "UpdateResource", method: "PUT", path: `/resources/${id}`, body: bodyOf(planned) });
  },

  async read(cloud, id) {
    const found = await find(cloud, id);
    if (found === undefined) return undefined;
    const text = (member: string): string => textOf(found[member] as string);
    return {
      name: text("name"),
      type: text("type"),
      schema: text("schema"),
      ext_info: text("extInfo"),
      description: text("description"),
    };
  },

  async remove(cloud, id) {
    try {
      await cloud.sls({ call: "DeleteResource", method: "DELETE", path: `/resources/${id}` });
    } catch (error) {
      if (isGone(error, "ResourceNotExist")) return;
      throw error;
    }
    await untilGone("DeleteResource", () => find(cloud, id));
  },
};
