import type { Cloud } from "../cloud";
import { isGone } from "../errors";
import { changes, oneOfIn, type ResourceKind } from "../kind";
import { block, field, fields, fromJson, toJson, type Json, type Shape } from "../shape";
import { isZero, textOf, type ValueMap } from "../values";

const path = "/collectionpolicy";

const shape: Shape = {
  ...fields("policy_name", "product_code", "data_code", "enabled", "centralize_enabled"),
  policy_config: block("policyConfig", fields("resource_mode", "resource_tags", "regions", "instance_ids")),
  centralize_config: block("centralizeConfig", {
    ...fields("dest_region", "dest_project", "dest_logstore"),
    dest_ttl: field("destTTL"),
  }),
  data_config: block("dataConfig", fields("data_region", "data_project")),
  resource_directory: block("resourceDirectory", fields("account_group_type", "members")),
};

async function find(cloud: Cloud, id: string): Promise<Json | undefined> {
  try {
    const found = await cloud.sls({ call: "GetCollectionPolicy", method: "GET", path: `${path}/${id}` });
    return found["collectionPolicy"] as Json | undefined;
  } catch (error) {
    if (isGone(error, "PolicyNotExist")) return undefined;
    throw error;
  }
}

async function upsert(cloud: Cloud, planned: ValueMap): Promise<void> {
  const { dataConfig, ...body } = toJson(planned, shape);
  const { dataRegion } = (dataConfig ?? {}) as Json;
  const sent = { ...body, ...(dataRegion ? { dataConfig: { dataRegion } } : {}) };
  await cloud.sls({ call: "UpsertCollectionPolicy", method: "POST", path, body: sent });
}

export const slsCollectionPolicy: ResourceKind = {
  type: "alicloud_sls_collection_policy",
  idForm: "policy_name",
  forceNew: ["policy_name", "product_code", "data_code", "data_config.data_region"],
  computedBlocks: ["centralize_config", "data_config", "resource_directory"],
  checks: [oneOfIn("policy_config.resource_mode", ["all", "instanceMode", "attributeMode"])],

  async create(cloud, planned) {
    await upsert(cloud, planned);
    return textOf(planned["policy_name"]);
  },

  async update(cloud, _id, planned, prior) {
    if (prior === undefined || !Object.keys(shape).some((name) => changes(name, planned, prior))) return;
    await upsert(cloud, planned);
  },

  async read(cloud, id) {
    const found = await find(cloud, id);
    if (found === undefined) return undefined;
    const attributes = fromJson(found, shape);
    // A block that the service does not name keeps its value.
    return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null && !isEmptyList(value)));
  },

  async remove(cloud, id, state) {
    const query = { productCode: textOf(state["product_code"]), dataCode: textOf(state["data_code"]) };
    try {
      await cloud.sls({ call: "DeleteCollectionPolicy", method: "DELETE", path: `${path}/${id}`, query });
    } catch (error) {
      if (!isGone(error, "PolicyNotExist")) throw error;
    }
  },
};

const isEmptyList = (value: ValueMap[string]): boolean => Array.isArray(value) && isZero(value);
