import type { IndexBody, IndexKey, IndexLine } from "../../../sls/model";
import { byText } from "../../../sls/wire";
import type { Cloud } from "../cloud";
import { isGone, UserError } from "../errors";
import { atLeastOneOf, changes, idParts, type ResourceKind } from "../kind";
import { isZero, mapsOf, textOf, textsOf, type Value, type ValueMap } from "../values";

const idForm = "project:logstore";
const place = (id: string): { project: string; path: string } => {
  const [project = "", logstore = ""] = idParts(id, idForm);
  return { project, path: `/logstores/${logstore}/index` };
};

type FoundIndex = IndexBody & { log_reduce_white_list?: readonly string[]; log_reduce_black_list?: readonly string[] };

/** One string in Terraform, each character a token. */
const tokens = (value: Value | undefined): string[] => [...textOf(value)];

function lineOf(planned: ValueMap): IndexLine | undefined {
  const [block] = mapsOf(planned["full_text"]);
  if (block === undefined) return undefined;
  return {
    token: tokens(block["token"]),
    caseSensitive: block["case_sensitive"] === true,
    chn: block["include_chinese"] === true,
  };
}

const byName = (blocks: readonly ValueMap[]): ValueMap[] =>
  [...blocks].sort((a, b) => byText(textOf(a["name"]), textOf(b["name"])));

function keyOf(block: ValueMap): IndexKey {
  const jsonKeys = byName(mapsOf(block["json_keys"])).map((key): [string, IndexKey] => [
    textOf(key["name"]),
    {
      type: textOf(key["type"]) as IndexKey["type"],
      ...(isZero(key["alias"]) ? {} : { alias: textOf(key["alias"]) }),
      ...(key["doc_value"] === true ? { doc_value: true } : {}),
    },
  ]);
  return {
    token: tokens(block["token"]),
    caseSensitive: block["case_sensitive"] === true,
    type: textOf(block["type"]) as IndexKey["type"],
    ...(block["enable_analytics"] === true ? { doc_value: true } : {}),
    ...(isZero(block["alias"]) ? {} : { alias: textOf(block["alias"]) }),
    chn: block["include_chinese"] === true,
    ...(jsonKeys.length > 0 ? { json_keys: Object.fromEntries(jsonKeys) } : {}),
  };
}

const keysOf = (planned: ValueMap): Record<string, IndexKey> =>
  Object.fromEntries(byName(mapsOf(planned["field_search"])).map((block) => [textOf(block["name"]), keyOf(block)]));

function bodyOf(planned: ValueMap, found: Partial<FoundIndex>): FoundIndex {
  const line = lineOf(planned);
  const keys = keysOf(planned);
  const white = textsOf(planned["log_reduce_white_list"]);
  const black = textsOf(planned["log_reduce_black_list"]);
  const length = Number(planned["max_text_len"] ?? 0);
  return {
    ...(Object.keys(keys).length > 0 ? { keys } : {}),
    ...(line ? { line } : {}),
    ...(found.ttl ? { ttl: found.ttl } : {}),
    ...(length > 0 ? { max_text_len: length } : {}),
    log_reduce: planned["log_reduce"] === true,
    ...(white.length > 0 ? { log_reduce_white_list: white } : {}),
    ...(black.length > 0 ? { log_reduce_black_list: black } : {}),
  };
}

async function find(cloud: Cloud, id: string): Promise<FoundIndex | undefined> {
  try {
    const found = (await cloud.sls({ call: "GetIndex", method: "GET", ...place(id) })) as FoundIndex;
    return found.line || found.keys ? found : undefined;
  } catch (error) {
    if (isGone(error, "ProjectNotExist", "LogStoreNotExist", "IndexConfigNotExist")) return undefined;
    throw error;
  }
}

const foundKey = (name: string, key: IndexKey): ValueMap => ({
  name,
  type: key.type,
  alias: key.alias ?? "",
  case_sensitive: key.caseSensitive ?? false,
  include_chinese: key.chn ?? false,
  token: (key.token ?? []).join(""),
  enable_analytics: key.doc_value ?? false,
  json_keys: Object.entries(key.json_keys ?? {}).map(([inner, one]) => ({
    name: inner,
    type: one.type,
    alias: one.alias ?? "",
    doc_value: one.doc_value ?? false,
  })),
});

export const logStoreIndex: ResourceKind = {
  type: "alicloud_log_store_index",
  idForm,
  forceNew: ["project", "logstore"],
  defaults: {
    "full_text.case_sensitive": false,
    "full_text.include_chinese": false,
    "field_search.type": "long",
    "field_search.case_sensitive": false,
    "field_search.include_chinese": false,
    "field_search.enable_analytics": true,
    "field_search.json_keys.type": "long",
    "field_search.json_keys.doc_value": true,
  },
  checks: [
    (config) =>
      isZero(config["full_text"]) && isZero(config["field_search"])
        ? atLeastOneOf("full_text", "field_search")({})
        : undefined,
    (config) => {
      const types = ["text", "long", "double", "json"];
      const wrong = mapsOf(config["field_search"]).find(
        ({ type }) => typeof type === "string" && !types.includes(type),
      );
      return (
        wrong && {
          attribute: "field_search",
          message: `field_search ${textOf(wrong["name"])}: type must be one of ${types.join(", ")}, got "${textOf(wrong["type"])}".`,
        }
      );
    },
  ],

  async create(cloud, planned) {
    const [project, logstore] = [textOf(planned["project"]), textOf(planned["logstore"])];
    const id = `${project}:${logstore}`;
    await cloud.sls({ call: "GetLogStore", method: "GET", project, path: `/logstores/${logstore}` });
    if ((await find(cloud, id)) !== undefined) {
      throw new UserError(
        "alicloud_log_store_index: the logstore has an index",
        `A logstore has one index. Take over the one that ${logstore} has: terraform import ADDRESS ${id}`,
      );
    }
    await cloud.sls({ call: "CreateIndex", method: "POST", ...place(id), body: bodyOf(planned, {}) });
    return id;
  },

  async update(cloud, id, planned, prior) {
    const names = [
      "full_text",
      "field_search",
      "log_reduce",
      "log_reduce_white_list",
      "log_reduce_black_list",
      "max_text_len",
    ];
    if (prior === undefined || !names.some((name) => changes(name, planned, prior))) return;
    const body = bodyOf(planned, (await find(cloud, id)) ?? {});
    await cloud.sls({ call: "UpdateIndex", method: "PUT", ...place(id), body });
  },

  async read(cloud, id) {
    const found = await find(cloud, id);
    if (found === undefined) return undefined;
    const [project = "", logstore = ""] = idParts(id, idForm);
    const { line, keys } = found;
    return {
      project,
      logstore,
      log_reduce: found.log_reduce ?? false,
      log_reduce_white_list: found.log_reduce_white_list ?? null,
      log_reduce_black_list: found.log_reduce_black_list ?? null,
      max_text_len: found.max_text_len ?? 0,
      ...(line && {
        full_text: [
          {
            case_sensitive: line.caseSensitive,
            include_chinese: line.chn ?? false,
            token: (line.token ?? []).join(""),
          },
        ],
      }),
      ...(keys && { field_search: Object.entries(keys).map(([name, key]) => foundKey(name, key)) }),
    };
  },

  async remove(cloud, id) {
    if ((await find(cloud, id)) === undefined) return;
    await cloud.sls({ call: "DeleteIndex", method: "DELETE", ...place(id) });
  },
};
