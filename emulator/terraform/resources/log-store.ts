import type { Cloud } from "../cloud";
import { isGone, UserError } from "../errors";
import { between, changes, eitherOf, exactlyOneOf, idParts, type ResourceKind } from "../kind";
import { isMap, isZero, mapsOf, textOf, type Value, type ValueMap } from "../values";

const idForm = "project:logstore";
const place = (id: string): { project: string; logstore: string; path: string } => {
  const [project = "", logstore = ""] = idParts(id, idForm);
  return { project, logstore, path: `/logstores/${logstore}` };
};

/** Argument -> member of the service's body. */
const members: Readonly<Record<string, string>> = {
  auto_split: "autoSplit",
  append_meta: "appendMeta",
  telemetry_type: "telemetryType",
  hot_ttl: "hot_ttl",
  mode: "mode",
  max_split_shard_count: "maxSplitShard",
  enable_web_tracking: "enable_tracking",
  infrequent_access_ttl: "infrequentAccessTTL",
};

function encryption(planned: ValueMap): object {
  const [conf] = mapsOf(planned["encrypt_conf"]);
  if (conf === undefined) return {};
  const present = (map: ValueMap, ...names: string[]): object =>
    Object.fromEntries(names.filter((name) => !isZero(map[name])).map((name) => [name, map[name]]));
  const [key] = mapsOf(conf["user_cmk_info"]);
  return {
    encrypt_conf: {
      enable: conf["enable"] === true,
      ...present(conf, "encrypt_type"),
      ...(key ? { user_cmk_info: present(key, "cmk_key_id", "arn", "region_id") } : {}),
    },
  };
}

function foundEncryption(found: unknown): Value {
  if (!isMap(found as Value)) return [];
  const { enable = null, encrypt_type = null, user_cmk_info } = found as ValueMap;
  const { arn = null, cmk_key_id = null, region_id = null } = isMap(user_cmk_info) ? user_cmk_info : {};
  return [{ enable, encrypt_type, user_cmk_info: isMap(user_cmk_info) ? [{ arn, cmk_key_id, region_id }] : [] }];
}

async function meteringMode(cloud: Cloud, id: string): Promise<string> {
  const { project, path } = place(id);
  const where = { project, path: `${path}/meteringmode` };
  const found = await cloud.sls({ call: "GetLogStoreMeteringMode", method: "GET", ...where });
  return textOf(found["meteringMode"] as string);
}

export const logStore: ResourceKind = {
  type: "alicloud_log_store",
  idForm,
  forceNew: [
    "project_name",
    "project",
    "logstore_name",
    "name",
    "shard_count",
    "telemetry_type",
    "encrypt_conf.encrypt_type",
    "encrypt_conf.user_cmk_info",
  ],
  defaults: { append_meta: true, retention_period: 30, shard_count: 2 },
  computedBlocks: ["encrypt_conf", "encrypt_conf.user_cmk_info"],
  checks: [
    exactlyOneOf("project_name", "project"),
    exactlyOneOf("logstore_name", "name"),
    between("max_split_shard_count", 0, 256),
  ],
  // Shards split by themselves, and are never merged by Terraform.
  unchanged: { shard_count: (prior) => prior !== null },

  async create(cloud, planned) {
    if (planned["telemetry_type"] === "Metrics") {
      throw new UserError(
        "alicloud_log_store: no metric stores here",
        'The offline stand-in does not serve telemetry_type = "Metrics"; leave it out for a logstore, or use the real provider.',
        "telemetry_type",
      );
    }
    const project = eitherOf(planned, "project", "project_name");
    const logstoreName = eitherOf(planned, "name", "logstore_name");
    const given = Object.entries(members).filter(([name]) => !isZero(planned[name]));
    const body = {
      logstoreName,
      ttl: planned["retention_period"] || 30,
      shardCount: planned["shard_count"] ?? 2,
      ...Object.fromEntries(given.map(([name, member]) => [member, planned[name]])),
      ...encryption(planned),
    };
    await cloud.sls({ call: "CreateLogStore", method: "POST", project, path: "/logstores", body });
    return `${project}:${logstoreName}`;
  },

  async update(cloud, id, planned, prior) {
    const { project, path } = place(id);
    const updatable = [...Object.keys(members), "retention_period", "encrypt_conf"].filter(
      (n) => n !== "telemetry_type",
    );
    if (prior !== undefined && updatable.some((name) => changes(name, planned, prior))) {
      const sent = Object.entries(members).filter(
        ([name]) => name !== "telemetry_type" && (!isZero(planned[name]) || changes(name, planned, prior)),
      );
      const body: Record<string, unknown> = {
        ttl: planned["retention_period"] || 30,
        ...Object.fromEntries(sent.map(([name, member]) => [member, planned[name] ?? zeroOf(name)])),
        ...encryption(planned),
      };
      if (body["infrequentAccessTTL"] === 0) delete body["infrequentAccessTTL"];
      await cloud.sls({ call: "UpdateLogStore", method: "PUT", project, path, body });
    }
    const found = await meteringMode(cloud, id);
    const wanted = planned["metering_mode"];
    if (typeof wanted === "string" && changes("metering_mode", planned, prior) && wanted !== found) {
      const where = { project, path: `${path}/meteringmode` };
      await cloud.sls({ call: "UpdateLogStoreMeteringMode", method: "PUT", ...where, body: { meteringMode: wanted } });
    }
  },

  async read(cloud, id) {
    const { project, logstore, path } = place(id);
    let found: ValueMap;
    try {
      found = (await cloud.sls({ call: "GetLogStore", method: "GET", project, path })) as ValueMap;
    } catch (error) {
      if (isGone(error, "LogStoreNotExist", "ProjectNotExist")) return undefined;
      throw error;
    }
    const shards = (await cloud.sls({
      call: "ListShards",
      method: "GET",
      project,
      path: `${path}/shards`,
    })) as unknown as readonly ValueMap[];
    const named = Object.entries({
      ...members,
      create_time: "createTime",
      retention_period: "ttl",
      shard_count: "shardCount",
    });
    const present = named.filter(([, member]) => (found[member] ?? null) !== null);
    return {
      ...Object.fromEntries(present.map(([name, member]) => [name, found[member] as Value])),
      ...(found["encrypt_conf"] ? { encrypt_conf: foundEncryption(found["encrypt_conf"]) } : {}),
      metering_mode: await meteringMode(cloud, id),
      project_name: project,
      project,
      logstore_name: logstore,
      name: logstore,
      shards: shards.map((shard) => ({
        id: shard["shardID"] ?? null,
        status: shard["status"] ?? null,
        begin_key: shard["inclusiveBeginKey"] ?? null,
        end_key: shard["exclusiveEndKey"] ?? null,
      })),
    };
  },

  async remove(cloud, id) {
    const { project, path } = place(id);
    await cloud.sls({ call: "DeleteLogStore", method: "DELETE", project, path });
  },
};

const zeroOf = (name: string): Value =>
  ["auto_split", "append_meta", "enable_web_tracking"].includes(name) ? false : name === "mode" ? "" : 0;
